# mail-trees.sh - the trees in which mail programs keep mail, made by hand
#
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Each function makes one below a directory. Messages have the subject that is asked for, so a test
# can tell where each went.

# letter SUBJECT [DATE-LINE]: a message; its Received field says 2001-11-29 22:33:52 UTC.
letter ()
{
	printf 'Received: from a by b; %s\nFrom: ann@example.org\nSubject: %s\n' \
		"${2:-Thu, 29 Nov 2001 22:33:52 +0000}" "$1"
	printf 'Message-ID: <%s@example.org>\n\nThe body of %s.\n' "${1//[^A-Za-z0-9]/-}" "$1"
}

# mbox SUBJECT...: a mailbox on stdout.
mbox ()
{
	local subject

	for subject; do
		printf 'From ann@example.org Thu Nov 29 22:33:52 2001\n'
		letter "$subject"
		echo
	done
}

# plant FILE: standard input, directories made on the way.
plant ()
{
	mkdir -p "$(dirname "$1")" && cat > "$1"
}

plist ()
{
	cat <<-END
		<?xml version="1.0" encoding="UTF-8"?>
		<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
		<plist version="1.0">
		<dict>
			<key>conversation-id</key>
			<integer>12</integer>
			<key>date-received</key>
			<integer>${2:-1007073232}</integer>
			<key>flags</key>
			<integer>$1</integer>
			<key>remote-id</key>
			<string>flags</string>
		</dict>
		</plist>
	END
}

# emlx FLAGS [DATE]: standard input as Apple Mail stores it.
emlx ()
{
	cat > "$tmp/.letter"
	printf '%-10d\n' "$(wc -c < "$tmp/.letter")"
	cat "$tmp/.letter"
	plist "$@"
}

# partial SUBJECT: a message whose second part, and the second part within the third, were taken out.
partial ()
{
	cat <<-END
		Received: from a by b; Thu, 29 Nov 2001 22:33:52 +0000
		From: ann@example.org
		Subject: $1
		MIME-Version: 1.0
		Content-Type: multipart/mixed;
		 boundary="outer b"

		--outer b
		Content-Type: text/plain

		See what is attached.
		--outer b
		Content-Type: application/pdf;
		 name="plan.pdf"
		X-Apple-Content-Length: 99
		Content-Disposition: attachment; filename="plan.pdf"
		Content-Transfer-Encoding: base64

		--outer b
		Content-Type: multipart/related; boundary=inner

		--inner
		Content-Type: text/html

		<p>Hello</p>
		--inner
		Content-Type: image/png
		Content-Transfer-Encoding: quoted-printable
		X-Apple-Content-Length:
		 12

		--inner--
		--outer b--
	END
}

# index NAME [COLUMN VALUE]: an index of Thunderbird's; more than the real thing need not be in it.
index ()
{
	cat <<-END
		// <!-- <mdb:mork:z v="1.4"/> -->
		< <(a=c)> // (f=iso-8859-1)
		  (B8=columns)(83=folderName)(84=searchStr)(85=numMsgs)>
		<(80=0)(91=$1)(92=other)>
		{1:^80 {(k^B4:c)(s=9)}
		  [1(^85=0)(^83^92)]}
		@\$\${1{@
		{-1:^80 [-1(^83^91)${2:+(^84=$2)}]}
		@\$\$}1}@
	END
}

# thunderbird_account DIR: POP, with a tree, an empty folder, a saved search and names of every kind.
thunderbird_account ()
{
	mbox inbox-1 inbox-2 | plant "$1/Inbox"
	index Inbox | plant "$1/Inbox.msf"
	mbox sent-1 | plant "$1/Sent"
	: | plant "$1/Trash"
	: | plant "$1/Unsent Messages"
	mbox cafe-1 | plant "$1/Inbox.sbd/Café"
	mbox deep-1 | plant "$1/Inbox.sbd/Café.sbd/Deep"
	mbox hashed-1 | plant "$1/a9a5b0c1d"
	index 'a/b: 50$25 of \(it\)' | plant "$1/a9a5b0c1d.msf"
	mbox plain-1 | plant "$1/deadbeef"
	index 'Quite another' | plant "$1/deadbeef.msf"
	index Empty | plant "$1/Empty.msf"
	index Search 'AND (subject,contains,x)' | plant "$1/Search.msf"
	echo 'version="9"' | plant "$1/msgFilterRules.dat"
	echo '<html>' | plant "$1/filterlog.html"
	letter copy | plant "$1/Inbox.mozmsgs/1.mozeml"
}

# thunderbird_profile DIR: that one, an IMAP account, Local Folders that nobody uses.
thunderbird_profile ()
{
	echo 'user_pref("a", 1);' | plant "$1/prefs.js"
	mbox not-mail | plant "$1/chrome/userChrome.css"
	thunderbird_account "$1/Mail/pop.example.org"
	: | plant "$1/Mail/Local Folders/Trash"
	: | plant "$1/Mail/Local Folders/Unsent Messages"
	index smart | plant "$1/Mail/smart mailboxes/Inbox.msf"
	index x | plant "$1/ImapMail/imap.example.org.msf"
	mbox imap-1 | plant "$1/ImapMail/imap.example.org/INBOX"
	index INBOX | plant "$1/ImapMail/imap.example.org/INBOX.msf"
	mbox draft-1 | plant "$1/ImapMail/imap.example.org/Entw&APw-rfe"
	mbox rd-1 | plant "$1/ImapMail/imap.example.org/R&-D"
	mbox gsent-1 | plant "$1/ImapMail/imap.example.org/[Gmail].sbd/Sent Mail"
}

# apple_messages DIR: twelve.emlx and so on, over several directories, with all that may be beside.
apple_account ()
{
	local box="$1/INBOX.mbox/01234567-89AB-CDEF-0123-456789ABCDEF/Data"

	letter apple-2 | emlx 1 | plant "$box/Messages/2.emlx"
	letter apple-10 | emlx 8623489089 | plant "$box/Messages/10.emlx"
	letter apple-1001 | emlx $((1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 24)) 1000000000 |
		plant "$box/1/Messages/1001.emlx"
	partial apple-1002 | emlx 0 | plant "$box/1/Messages/1002.partial.emlx"
	printf '%%PDF-1.4 \000\377 plan\n' | plant "$box/1/Attachments/1002/2/plan.pdf"
	printf 'caf\303\251 = nice' | plant "$box/1/Attachments/1002/3.2/image.png"
	: | plant "$box/1/Attachments/1002/3.2/.DS_Store"
	letter apple-1003 | emlx 1 | plant "$box/1/Messages/1003.emlx"
	partial apple-1003 | emlx 1 | plant "$box/1/Messages/1003.partial.emlx"
	letter draft | emlx $((1 << 6)) |
		plant "$1/Drafts.mbox/01234567-89AB-CDEF-0123-456789ABCDEF/Data/Messages/5.emlx"
	letter sent | emlx 1 | plant "$1/Sent Messages.mbox/Messages/6.emlx"
	letter below | emlx 1 | plant "$1/Work.mbox/Plans%2F2020.mbox/Messages/7.emlx"
	echo x | plant "$1/Work.mbox/Info.plist"
	echo x | plant "$1/Deleted Messages.mbox/Info.plist"
	letter spam | emlx 0 |
		plant "$1/[Gmail].mbox/Spam.mbox/01234567-89AB-CDEF-0123-456789ABCDEF/Data/Messages/8.emlx"
	mkdir -p "$1/Archive.mbox"
}

# apple_mail DIR: ~/Library/Mail with one account, an older version, and the program's own files.
apple_mail ()
{
	apple_account "$1/V10/0A1B2C3D-0000-1111-2222-333344445555"
	echo x | plant "$1/V10/MailData/Envelope Index"
	letter old | emlx 1 | plant "$1/V2/IMAP-ann@mail.example.org/INBOX.mbox/Messages/1.emlx"
	echo x | plant "$1/PersistenceInfo.plist"
}

# windows_mail DIR: Windows Live Mail, one account used, with an empty folder, and what is beside.
windows_mail ()
{
	local account="$1/Example (ann)"

	echo x | plant "$account/account{0A1B2C3D-0000-1111-2222-333344445555}.oeaccount"
	letter inbox | sed 's/$/\r/' | plant "$account/Inbox/0FDD08FE-00000001.eml"
	echo x | plant "$account/Inbox/winmail.fol"
	letter sent | grep -v ^Received | sed '1i Date: Fri, 30 Nov 2001 10:00:00 +0100' |
		plant "$account/Sent Items/1.eml"
	printf 'X-Unsent: 1\nSubject: draft\n\nx' | plant "$account/Drafts/2.EML"
	touch -d '2003-04-05 06:07:08 UTC' "$account/Drafts/2.EML"
	letter article | plant "$account/Inbox/3.nws"
	echo x | plant "$account/Deleted Items/winmail.fol"
	letter umlaut | plant "$account/$(printf 'Gr\374\337e')/4.eml"
	echo x | plant "$1/Mail.MSMessageStore"
	echo x | plant "$1/Backup/new/edb00001.log"
}

# takeout DIR: of Google.
takeout ()
{
	mbox all-1 all-2 | sed 's/^From:/X-Gmail-Labels: Inbox\nFrom:/' |
		plant "$1/Mail/All mail Including Spam and Trash.mbox"
	mbox sent-1 | plant "$1/Mail/Sent.mbox"
	echo '{}' | plant "$1/Mail/User Settings/Filters.json"
	echo '<html>' | plant "$1/archive_browser.html"
}

# uw DIR: mbox files and directories, as UW and Dovecot keep them.
uw ()
{
	mbox inbox-1 | plant "$1/INBOX"
	mbox work-1 | plant "$1/work/2001"
	mbox cafe-1 | plant "$1/Caf&AOk-"
	: | plant "$1/empty"
	echo x | plant "$1/.imap/INBOX/dovecot.index.log"
	echo INBOX | plant "$1/.subscriptions"
	printf 'work\n' | plant "$1/subscriptions"
}
