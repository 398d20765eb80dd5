#!/usr/bin/env bash
# Programs outside Python that some tests use: a browser, its accessibility checker, office and PDF tools,
# a database.
# On Debian or Ubuntu as root they are installed. Elsewhere the missing ones are named and their tests
# are skipped. With CI set, a missing one is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

AXE=4.14.1
# Program (alternatives with |), then the Debian package that brings it.
NEEDED=(
  "chromium|chromium-browser|google-chrome chromium"
  "soffice|localc libreoffice-calc"
  "pdftotext poppler-utils"
  "node nodejs"
  "npm npm"
)

has() {
  local name
  for name in ${1//|/ }; do
    command -v "$name" > /dev/null && return 0
  done
  return 1
}

has_font() { ls /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf > /dev/null 2>&1; }

# WeasyPrint writes PDFs by it.
has_pango() { ldconfig -p 2> /dev/null | grep -q 'libpangoft2-1\.0'; }

has_axe() { grep -qs "\"version\": \"$AXE\"" node_modules/axe-core/package.json; }

has_postgis() {
  compgen -G "/usr/share/postgresql/*/extension/postgis.control" > /dev/null
}

# The name carries the version of PostgreSQL, which differs by distribution.
postgis_package() {
  { apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2> /dev/null || true; } |
    cut -d' ' -f1 | sort -V | tail -n 1
}

missing_packages() {
  local line
  for line in "${NEEDED[@]}"; do
    has "${line% *}" || echo "${line#* }"
  done
  has_font || echo fonts-dejavu-core
  has_pango || echo libpangoft2-1.0-0
  has_postgis || echo postgis
}

can_install() { [[ "$(id -u)" == 0 && -e /etc/debian_version ]]; }

packages=$(missing_packages | xargs)
if [[ -n "$packages" ]] && can_install; then
  echo "Installing: $packages"
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  # shellcheck disable=SC2086 # one word a package
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends \
    ${packages/%postgis/$(postgis_package)}; } > "$log" 2>&1 || tail -n 20 "$log" >&2
  rm -f "$log"
fi
if ! has_axe && has npm; then
  log=$(mktemp)
  npm install --prefix . --no-save --no-package-lock --no-audit --no-fund --fetch-retries=1 \
    "axe-core@$AXE" > "$log" 2>&1 || tail -n 20 "$log" >&2
  rm -f "$log"
fi

missing=$(missing_packages | xargs)
has_axe || missing="$missing axe-core"
if [[ -n "${missing// /}" ]]; then
  echo "Not here: ${missing# }. Tests that use them are skipped." >&2
  echo "On Debian or Ubuntu, as root: make system" >&2
  [[ -z "${CI:-}" ]] || exit 1
fi
