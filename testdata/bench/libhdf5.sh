#!/bin/bash
# Unpacks libhdf5 of another Debian release into a folder, with the C library that it wants, and builds driver.c
# against it: FOLDER/driver runs it. Nothing is installed on the machine.
#
#   libhdf5.sh RELEASE FOLDER      such as: libhdf5.sh sid .bench/sid
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
release=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
root=$folder/root
libraries=$root/usr/lib/$(gcc -print-multiarch)

if [ ! -e "$folder/complete" ]; then
	mkdir -p "$folder"/apt/{lists,archives}/partial "$root"
	: >"$folder/apt/status" # as if nothing were installed, so that everything comes
	mirror=$(apt-get indextargets --format '$(SITE) $(ORIGIN)' | awk '$2 == "Debian" { print $1; exit }') # the one that the machine uses
	if [ -z "$mirror" ]; then
		echo "libhdf5.sh: apt has no index of Debian here: run apt-get update first" >&2
		exit 1
	fi
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$folder/apt/sources.list"
	cat >"$folder/apt/conf" <<END
Dir::State::lists "$folder/apt/lists";
Dir::State::status "$folder/apt/status";
Dir::Cache::archives "$folder/apt/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Etc::SourceList "$folder/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
Debug::NoLocking "1";
END
	export APT_CONFIG=$folder/apt/conf
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends --download-only libhdf5-dev libc6 zlib1g
	unset APT_CONFIG
	for package in "$folder"/apt/archives/*.deb; do dpkg-deb -x "$package" "$root"; done
	rm -r "$folder/apt"
	touch "$folder/complete"
fi

# Both places of the merged /usr, whichever the packages of this release use.
paths=$libraries:$root/lib/$(gcc -print-multiarch)
cc -O2 -o "$folder/driver.program" "$here/driver.c" -I"$root/usr/include/hdf5/serial" -L"$libraries" -L"$libraries/hdf5/serial" \
	-l:"$(basename "$(find "$libraries" -name 'libhdf5_serial.so' | head -1)")" -lz -Wl,--allow-shlib-undefined
loader=$(find "$root" -name 'ld-linux*' | head -1)
printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' "$loader" "$paths" "$folder/driver.program" >"$folder/driver"
chmod +x "$folder/driver"
"$folder/driver" version
