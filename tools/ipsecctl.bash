# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Bash completion of ipsecctl. What may follow is asked of ipsecctl itself, which knows its menus.

_ipsecctl() {
	local line=${COMP_LINE:0:COMP_POINT} word common
	COMPREPLY=()
	# the command's own words, without the program and its options
	line=${line#*"${COMP_WORDS[0]}"}
	while [[ $line =~ ^[[:blank:]]+(-[jn]|--json|--check)[[:blank:]](.*)$ ]]; do
		line=" ${BASH_REMATCH[2]}"
	done
	if [[ $line =~ ^[[:blank:]]+(-f|--file)[[:blank:]]+([^[:blank:]]*)$ ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "${BASH_REMATCH[2]}")
		return
	fi
	if [[ $line =~ ^[[:blank:]]+-[^[:blank:]]*$ ]]; then
		mapfile -t COMPREPLY < <(compgen -W '--json --check --file --help --version' -- "${line##*[[:blank:]]}")
		return
	fi
	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" --complete "${line#"${line%%[![:blank:]]*}"}" 2>/dev/null)
	# Bash takes "=" and ":" for the end of a word: leave out what stands in front of them.
	word=${line##*[[:blank:]]}
	common=${word%"${word##*[=:]}"}
	if [ -n "$common" ]; then
		COMPREPLY=("${COMPREPLY[@]#"$common"}")
	fi
	# no blank after "name=", where the value follows
	if [ ${#COMPREPLY[@]} = 1 ] && [[ ${COMPREPLY[0]} == *= || ${COMPREPLY[0]} == '[find' ]]; then
		compopt -o nospace 2>/dev/null
	fi
}

complete -F _ipsecctl ipsecctl
