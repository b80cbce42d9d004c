#!/bin/bash
# test-maildir-push-servers.sh - what servers do on their bad days: nothing lost, nothing doubled, said why
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cases are in tests/data/imap/servers; CASES='a regular expression' picks some by name. Many wait
# for a server to settle, so several run at the same time.

. "${top_srcdir:-.}/tests/support/tap.sh" || exit 99
# shellcheck source=tests/support/imapd-common.sh
. "$top_srcdir/tests/support/imapd-common.sh"

need_tool maildir-push mbox-verify
need_command openssl
fake=$top_builddir/tests/support/fake-imapd
[ -x "$fake" ] || skip_all 'tests/support/fake-imapd is not built'
unset CREDENTIALS_DIRECTORY XDG_STATE_HOME
export HOME=$tmp

mkdir "$tmp/certificates" "$tmp/cases"
make_certificates "$tmp/certificates" 2> /dev/null
cat "$tmp"/certificates/server.{crt,key} > "$tmp/certificates/both.pem"
memory=1000000
if grep -q __asan_init "$(tool maildir-push)"; then memory=unlimited; fi
canary=Canary-$RANDOM$RANDOM$RANDOM
(umask 077; printf '%s\n' "$canary" > "$tmp/password")

# --- What is uploaded -------------------------------------------------------------------------------

# make_message FILE NUMBER FOLDER BYTES
make_message ()
{
	{
		printf 'From: ann@example.org\nTo: bob@example.org\nDate: Mon, 5 Mar 2001 10:00:%02d +0100\n' $(($2 % 60))
		printf 'Subject: Number %d of %s\nMessage-ID: <%d.%s@example.org>\n\n' "$2" "$3" "$2" "$3"
		if [ "$2" = 3 ]; then echo NEEDLE; fi
		if [ "$4" -gt 0 ]; then yes 'a line of a large message' | head -c "$4"; echo; fi
		echo "The text of number $2."
	} > "$1"
	if [ "$2" -le 40 ]; then touch -d "@$((983783000 + $2))" "$1"; fi
}

make_source ()
{
	local i copy size all flags=S

	read -r large all <<< "$large"

	mkdir -p "$case/mail"/{cur,new,tmp}
	if [ -n "$keywords" ]; then
		flags=Sa
		echo '0 $Work' > "$case/mail/dovecot-keywords"
	fi
	for ((i = 1; i <= messages; i++)); do
		size=0
		if [ "$i" = 4 ] || [ -n "$all" ]; then size=$large; fi
		for ((copy = 1; copy <= copies; copy++)); do
			make_message "$case/mail/cur/$i.$copy.test:2,$flags" "$i" INBOX "$size"
		done
	done
	for folder in "${folders[@]}"; do
		read -r folder size <<< "$folder"
		mkdir -p "$case/mail/.$folder"/{cur,new,tmp}
		for ((i = 1; i <= ${size:-2}; i++)); do
			make_message "$case/mail/.$folder/cur/$i.test:2,S" "$i" "$folder" 0
		done
	done
	# as they are sent
	cp -r "$case/mail" "$case/wire"
	find "$case/wire" -path '*/cur/*' -print0 | xargs -0 sed -i 's/$/\r/'
	find "$case/wire" -path '*/cur/*' -print0 | xargs -0 sha256sum | cut -c1-64 | sort > "$case/sent"
}

# --- A case -----------------------------------------------------------------------------------------

read_case ()
{
	local word rest

	messages=5 copies=1 connections='' timeout='' large=0 keywords='' folders=() over=clear mute='' runs=4
	expected_status='' says='' silent='' journal='' nojournal='' stored='' log='' merged='' verify='' shows='' hides=''
	while read -r word rest; do
		case $word in
		'' | '#') ;;
		--) break ;;
		messages | copies | large | over | connections | timeout | runs | says | silent | journal | \
			nojournal | stored | log | verify | shows | hides)
			printf -v "$word" %s "$rest" ;;
		status) expected_status=$rest ;;
		keywords | merged | mute) printf -v "$word" yes ;;
		folder) folders+=("$rest") ;;
		*) echo "unknown expectation: $word $rest" ;;
		esac
	done
	sed "s/@PASSWORD@/$canary/g" > "$case/script"
}

# The server, whose standard output tells when it falls silent. It ends with the case.
start_fake ()
{
	: > "$case/log"
	"$fake" "$case/script" "$case/port" "$case/log" "$tmp/certificates/both.pem" > "$case/events" &
	fake_pid=$!
	trap 'kill $fake_pid' EXIT
	until [ -e "$case/port" ]; do
		kill -0 $fake_pid 2> /dev/null || { echo 'the server does not start'; return 1; }
		sleep 0.02
	done
	port=$(< "$case/port")
}

# A gigabyte from the server must not become one here. (The address sanitizer needs all there is.)
push_once ()
{
	local options=(--password-file="$tmp/password" --state="$case/state"
		${connections:+--connections="$connections"} ${timeout:+--timeout="$timeout"})

	case $over in
	clear) options+=(--insecure-cleartext "$case/mail" "imap://ann@127.0.0.1:$port") ;;
	starttls) options+=(--ca-file="$tmp/certificates/ca.pem" "$case/mail" "imap://ann@127.0.0.1:$port") ;;
	tls) options+=(--ca-file="$tmp/certificates/ca.pem" "$case/mail" "imaps://ann@127.0.0.1:$port") ;;
	tls-unknown) options+=("$case/mail" "imaps://ann@127.0.0.1:$port") ;;
	esac
	(ulimit -v $memory; exec timeout 100 "$(tool maildir-push)" "${options[@]}") >> "$case/said" 2>&1 < /dev/null
}

push_until_done ()
{
	local run

	for ((run = 1; run <= runs; run++)); do
		push_once
		status=$?
		[ $status = 75 ] || break
	done
}

# Asked to end while the server says nothing, it ends within ten seconds.
push_and_end ()
{
	local begun

	push_once &
	until grep -q mute "$case/events" || ! kill -0 $! 2> /dev/null; do sleep 0.02; done
	begun=$SECONDS
	# the program is the child of timeout, which hands signals on and is the child of the subshell
	kill -TERM "$(pgrep -P $! -x timeout || echo $!)" 2> /dev/null
	wait $!
	status=$?
	((SECONDS - begun <= 10)) || echo "ended only $((SECONDS - begun)) s after it was asked to"
}

# What was sent, each once, and nothing else; prints what is wrong.
check_stored ()
{
	local count expected=$stored

	count=$(wc -l < "$case/log")
	if [ -n "$stored" ] && [ -z "$merged" ]; then expected=$((stored * copies)); fi
	if [ -n "$stored" ] && [ "$count" != "$expected" ]; then
		echo "stored: $count messages instead of $expected"
	fi
	cut -d ' ' -f 1 "$case/log" | sort | comm -13 "$case/sent" - | sed 's/^/stored too often, or changed: /'
}

check_text ()
{
	if [ -n "$3" ] && ! grep -qE -- "$3" "$2"; then echo "$1: nothing matches $3"; fi
}

# What mbox-verify makes of the server after the upload.
check_verify ()
{
	(ulimit -v $memory; exec timeout 100 "$(tool mbox-verify)" --password-file="$tmp/password" \
		--insecure-cleartext "$case/mail" "imap://ann@127.0.0.1:$port") \
		> "$case/shown" 2>&1 < /dev/null
	status=$?
	if ! [[ $status =~ ^($verify)$ ]]; then
		echo "mbox-verify: status $status instead of $verify: $(head -c 1000 "$case/shown")"
	fi
	check_text mbox-verify "$case/shown" "$shows"
	if [ -n "$hides" ] && grep -E -- "$hides" "$case/shown"; then echo "mbox-verify says $hides"; fi
}

run_case ()
{
	read_case < "$case/text"
	make_source
	start_fake || return
	if [ -n "$mute" ]; then push_and_end; else push_until_done; fi
	if ! [[ $status =~ ^($expected_status)$ ]]; then echo "status: $status instead of $expected_status"; fi
	check_stored
	check_text says "$case/said" "$says"
	cat "$case"/state/*.journal > "$case/journal" 2> /dev/null
	check_text journal "$case/journal" "$journal"
	check_text log "$case/log" "$log"
	if [ -n "$nojournal" ] && grep -qE -- "$nojournal" "$case/journal"; then echo "journal: $nojournal"; fi
	if [ -n "$silent" ] && grep -qE -- "$silent" "$case/said"; then echo "said: $silent"; fi
	# Whatever happened, once more changes nothing.
	if [ $status = 0 ] || [ $status = 1 ] || [ -n "$mute" ]; then
		mute='' runs=4
		push_until_done
		if [ $status != 0 ] && [ $status != 1 ]; then echo "status once more: $status"; fi
		if [ "$stored" = 0 ]; then stored=$messages; fi
		check_stored
	fi
	if [ -n "$verify" ]; then check_verify; fi
	if grep -rqF --exclude=script "$canary" "$case"; then echo 'the password was told'; fi
}

# --- All of them ------------------------------------------------------------------------------------

awk -v dir="$tmp/cases" '
	/^== / { number++; file = sprintf ("%s/%03d.text", dir, number)
		 print substr ($0, 4) > sprintf ("%s/%03d.name", dir, number); next }
	number { print > file }' "$top_srcdir/tests/data/imap/servers"

running=0
for text in "$tmp"/cases/*.text; do
	case=${text%.text}
	if ! grep -qE -- "${CASES:-.}" "$case.name"; then continue; fi
	mkdir "$case"
	mv "$text" "$case/text"
	(run_case > "$case.wrong" 2>&1) &
	((++running < 8)) || { wait -n; ((running--)); }
done
wait

for wrong in "$tmp"/cases/*.wrong; do
	case=${wrong%.wrong}
	name=$(< "$case.name")
	if [ -s "$wrong" ]; then
		tap_failed "$name"
		diag "$(< "$wrong")"
		diag "$(head -c 2000 "$case/said")"
	else
		tap_passed "$name"
	fi
done
done_testing
