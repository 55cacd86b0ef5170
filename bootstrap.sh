#!/bin/sh
# Makes .venv with everything that motcua needs: `sh bootstrap.sh run` or `sh bootstrap.sh dev`.
# Only PyPI is used; uv is installed from there too, and never downloads a Python of its own.
set -eu
what=${1:-run}
python=${PYTHON:-python3}
UV_PYTHON_DOWNLOADS=never
export UV_PYTHON_DOWNLOADS

fail() {
    printf '\nmotcua: %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '        %s\n' "$line" >&2; done
    exit 1
}

cd "$(dirname "$0")"
command -v "$python" >/dev/null 2>&1 ||
    fail "không tìm thấy Python / Python not found ($python)" \
        "Cài đặt / install: apt-get install python3 python3-venv" \
        "hoặc chỉ rõ / or name it: make run PYTHON=/usr/bin/python3.12"
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' ||
    fail "cần Python 3.11 đến 3.14 / Python 3.11 to 3.14 is needed, this is $("$python" --version 2>&1)" \
        "Chỉ rõ một bản khác / name another one: make run PYTHON=/usr/bin/python3.11"
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "thiếu python3-venv / python3-venv is missing" \
        "Cài đặt / install: apt-get install python3-venv"
[ -w . ] ||
    fail "không ghi được vào thư mục này / this folder is read-only: $(pwd)" \
        "Chép sang thư mục ghi được hoặc cấp quyền / copy it to a folder that you may write to"

stamp=.venv/.motcua-$what
if [ -e "$stamp" ] && [ "$stamp" -nt uv.lock ] && [ "$stamp" -nt pyproject.toml ] && [ -x .venv/bin/motcua ]; then
    exit 0
fi
if ! [ -x .tools/bin/uv ]; then
    "$python" -m venv .tools || fail "không tạo được .tools / .tools could not be made"
    .tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<0.14' ||
        fail "không cài được uv từ PyPI / uv could not be installed from PyPI" "Kiểm tra mạng / check the network"
fi
case $what in
    run) .tools/bin/uv sync --quiet --locked --no-dev --inexact --python "$python" ;;
    *) .tools/bin/uv sync --quiet --locked --inexact --python "$python" ;;
esac || fail "không cài được các gói / packages could not be installed" "Kiểm tra mạng rồi chạy lại / check the network, try again"
: > "$stamp"
