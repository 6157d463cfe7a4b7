#!/usr/bin/env bash
# Brings the Bicep compiler, in the one version whose output is committed, into the user's cache folder.
# Needs the .NET SDK, which fetches it as a package; `az bicep install --version v<version>` does as well.
set -euo pipefail

version=0.49.2
hash='kBnX0iG9wd/PWdCTwFfUvm6Jemn+5L7sY7b7HQi5k+LLwdFmrbw4y5RTLFxewCFMdBqUThiOILMa7sgzklPEAQ=='
package=azure.bicep.commandline.linux-x64
target="${XDG_CACHE_HOME:-$HOME/.cache}/tunnelwatch/bicep-$version"

[ ! -x "$target/bicep" ] || exit 0
if [ "$(uname -sm)" != "Linux x86_64" ] || ! command -v dotnet >/dev/null; then
	echo "Bicep $version was not installed: this script needs Linux on x86-64 and the .NET SDK. Elsewhere: az bicep install --version v$version" >&2
	exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/fetch.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net8.0</TargetFramework><RestorePackagesPath>$work/packages</RestorePackagesPath></PropertyGroup>
  <ItemGroup><PackageDownload Include="$package" Version="[$version]" /></ItemGroup>
</Project>
PROJECT
DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 dotnet restore "$work/fetch.csproj" >"$work/log" || { cat "$work/log" >&2; exit 1; }

fetched="$work/packages/$package/$version"
[ "$(cat "$fetched/$package.$version.nupkg.sha512")" = "$hash" ] || { echo "Bicep $version was not installed: its package is not the one that is known." >&2; exit 1; }
mkdir -p "$target"
install -m 755 "$fetched/tools/bicep" "$target/bicep"
