/* mbox-labels.c - Gmail's labels, as Google Takeout writes them into X-Gmail-Labels
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One message stays one message: with folders it goes where its most telling label says, and the
 * other labels become keywords.
 */
#include "mbox/mbox-labels.h"

#include <string.h>

#include "message/message-headers.h"

/* One name a line for each language, as accounts in that language show it; where a name has changed
 * over the years, both. */
static const char *const names[] = {
	[MBOX_LABEL_INBOX] =
		"Inbox\n" "Posteingang\n" "Boîte de réception\n" "Messages reçus\n"
		"Recibidos\n" "Bandeja de entrada\n" "Posta in arrivo\n" "Caixa de entrada\n"
		"Recebidos\n" "Postvak IN\n" "Inkorg\n" "Inkorgen\n" "Indbakke\n" "Innboks\n"
		"Saapuneet\n" "Postilaatikko\n" "Odebrane\n" "Doručená pošta\n"
		"Doručené\n" "Beérkező levelek\n" "Mesaje primite\n" "Входящие\n"
		"Вхідні\n" "Входяща поща\n" "Gelen Kutusu\n"
		"Εισερχόμενα\n" "受信トレイ\n" "收件箱\n" "收件匣\n"
		"받은편지함\n" "דואר נכנס\n" "البريد الوارد\n",
	[MBOX_LABEL_SENT] =
		"Sent\n" "Sent Mail\n" "Gesendet\n" "Messages envoyés\n" "Envoyés\n"
		"Enviados\n" "Posta inviata\n" "Inviati\n" "E-mails enviados\n"
		"Correio enviado\n" "Verzonden\n" "Verzonden berichten\n" "Skickat\n"
		"Skickade\n" "Sendt\n" "Sendt post\n" "Sendte mails\n" "Sendt e-post\n"
		"Lähetetyt\n" "Lähetetty\n" "Wysłane\n" "Odeslaná pošta\n" "Odeslané\n"
		"Odoslané\n" "Elküldött\n" "Elküldött levelek\n" "Trimise\n"
		"Mesaje trimise\n" "Отправленные\n" "Надіслані\n"
		"Изпратени\n" "Gönderilmiş Postalar\n" "Gönderilenler\n"
		"Απεσταλμένα\n" "送信済みメール\n" "送信済み\n"
		"已发邮件\n" "已发送\n" "寄件備份\n" "보낸편지함\n"
		"נשלח\n" "דואר יוצא\n" "المرسل\n"
		"البريد المرسل\n",
	[MBOX_LABEL_DRAFTS] =
		"Drafts\n" "Draft\n" "Entwürfe\n" "Brouillons\n" "Borradores\n" "Bozze\n"
		"Rascunhos\n" "Concepten\n" "Utkast\n" "Kladder\n" "Luonnokset\n"
		"Wersje robocze\n" "Koncepty\n" "Piszkozatok\n" "Schițe\n"
		"Черновики\n" "Чернетки\n" "Чернови\n" "Taslaklar\n"
		"Πρόχειρα\n" "下書き\n" "草稿\n" "草稿箱\n" "임시보관함\n"
		"טיוטות\n" "المسودات\n",
	[MBOX_LABEL_SPAM] =
		"Spam\n" "Junk\n" "Skräppost\n" "Søppelpost\n" "Roskaposti\n" "Спам\n"
		"Ανεπιθύμητα\n" "迷惑メール\n" "垃圾邮件\n"
		"垃圾郵件\n" "스팸함\n" "ספאם\n"
		"الرسائل غير المرغوب فيها\n",
	[MBOX_LABEL_TRASH] =
		"Trash\n" "Bin\n" "Papierkorb\n" "Corbeille\n" "Papelera\n" "Cestino\n"
		"Lixeira\n" "Lixo\n" "Prullenbak\n" "Papperskorgen\n" "Papirkurv\n"
		"Papirkurven\n" "Roskakori\n" "Kosz\n" "Koš\n" "Kôš\n" "Kuka\n"
		"Coș de gunoi\n" "Корзина\n" "Кошик\n" "Кошче\n"
		"Çöp Kutusu\n" "Çöp\n" "Κάδος απορριμμάτων\n"
		"ゴミ箱\n" "已删除邮件\n" "垃圾桶\n" "휴지통\n" "אשפה\n"
		"المهملات\n",
	[MBOX_LABEL_STARRED] =
		"Starred\n" "Markiert\n" "Messages suivis\n" "Suivis\n" "Destacados\n"
		"Speciali\n" "Com estrela\n" "Met ster\n" "Stjärnmärkt\n" "Stjärnmärkta\n"
		"Stjernemarkeret\n" "Stjernemarkerede\n" "Stjernemerket\n"
		"Tähdellä merkityt\n" "Tähdelliset\n" "Oznaczone gwiazdką\n"
		"S hvězdičkou\n" "S hviezdičkou\n" "Csillagozott\n" "Cu stea\n"
		"Помеченные\n" "Із зірочкою\n" "Със звезда\n"
		"Yıldızlı\n" "Με αστέρι\n" "スター付き\n" "已加星标\n"
		"已加星號\n" "별표편지함\n" "별표\n" "מסומנים בכוכב\n"
		"مميز بنجمة\n",
	[MBOX_LABEL_IMPORTANT] =
		"Important\n" "Wichtig\n" "Importants\n" "Importantes\n" "Importante\n"
		"Importanti\n" "Belangrijk\n" "Viktigt\n" "Vigtigt\n" "Vigtige\n" "Viktig\n"
		"Tärkeät\n" "Tärkeä\n" "Ważne\n" "Důležité\n" "Dôležité\n"
		"Fontos\n" "Важное\n" "Важные\n" "Важливі\n" "Важни\n"
		"Önemli\n" "Σημαντικά\n" "重要\n" "重要郵件\n" "중요\n"
		"중요편지함\n" "חשוב\n" "مهم\n",
	[MBOX_LABEL_UNREAD] =
		"Unread\n" "Ungelesen\n" "Non lus\n" "Non lu\n" "No leídos\n" "No leído\n"
		"Da leggere\n" "Non letti\n" "Não lidas\n" "Não lidos\n" "Não lido\n"
		"Ongelezen\n" "Oläst\n" "Olästa\n" "Ulæst\n" "Ulæste\n" "Ulest\n"
		"Uleste\n" "Lukematon\n" "Lukemattomat\n" "Nieprzeczytane\n" "Nepřečtené\n"
		"Neprečítané\n" "Olvasatlan\n" "Necitite\n" "Непрочитанные\n"
		"Непрочитані\n" "Непрочетени\n" "Okunmamış\n"
		"Μη αναγνωσμένα\n" "未読\n" "未读\n" "未讀\n"
		"未讀郵件\n" "읽지않음\n" "읽지 않음\n" "לא נקראו\n"
		"غير مقروءة\n",
	[MBOX_LABEL_OPENED] =
		"Opened\n" "Geöffnet\n" "Gelesen\n" "Ouvert\n" "Ouverts\n" "Abierto\n"
		"Abiertos\n" "Aperto\n" "Aperti\n" "Aberto\n" "Abertos\n" "Geopend\n"
		"Öppnad\n" "Öppnat\n" "Åbnet\n" "Åpnet\n" "Avattu\n" "Otwarte\n"
		"Otevřené\n" "Otvorené\n" "Megnyitott\n" "Deschise\n" "Открытые\n"
		"Відкриті\n" "Отворени\n" "Açıldı\n" "Açılmış\n"
		"開封済み\n" "已打开\n" "已開啟\n" "열림\n",
	[MBOX_LABEL_ARCHIVED] =
		"Archived\n" "Archiviert\n" "Archivé\n" "Archivés\n" "Archivado\n"
		"Archivados\n" "Archiviati\n" "Arquivado\n" "Arquivados\n" "Gearchiveerd\n"
		"Arkiverad\n" "Arkiverat\n" "Arkiveret\n" "Arkivert\n" "Arkistoitu\n"
		"Zarchiwizowane\n" "Archivováno\n" "Archivované\n" "Archivált\n"
		"Arhivate\n" "Архивированные\n" "В архиве\n"
		"Архівовані\n" "Архивирани\n" "Arşivlendi\n"
		"アーカイブ済み\n" "已归档\n" "已封存\n" "보관됨\n",
	[MBOX_LABEL_CHAT] = "Chat\n" "Chats\n",
};

/* For each: the flag it is, or the keyword, and the folder it names. */
static const struct {
	MboxLabel label;
	MessageFlags flag;
	const char *keyword;
	const char *folder;
	FolderRole role;
} meanings[] = {
	/* in the order in which they choose the folder; own labels come after the inbox */
	{ MBOX_LABEL_TRASH, 0, "Trash", "Trash", FOLDER_ROLE_TRASH },
	{ MBOX_LABEL_SPAM, 0, "$Junk", "Spam", FOLDER_ROLE_JUNK },
	{ MBOX_LABEL_DRAFTS, MESSAGE_DRAFT, NULL, "Drafts", FOLDER_ROLE_DRAFTS },
	{ MBOX_LABEL_INBOX, 0, "Inbox", "INBOX", FOLDER_ROLE_INBOX },
	{ MBOX_LABEL_OWN, 0, NULL, NULL, FOLDER_ROLE_NONE },
	{ MBOX_LABEL_SENT, 0, "Sent", "Sent", FOLDER_ROLE_SENT },
	{ MBOX_LABEL_CHAT, 0, "Chat", "Chat", FOLDER_ROLE_NONE },
	{ MBOX_LABEL_STARRED, MESSAGE_FLAGGED, NULL, NULL, FOLDER_ROLE_NONE },
	{ MBOX_LABEL_IMPORTANT, 0, "$Important", NULL, FOLDER_ROLE_NONE }, /* RFC 8457 */
	{ MBOX_LABEL_UNREAD, 0, NULL, NULL, FOLDER_ROLE_NONE },
	{ MBOX_LABEL_OPENED, 0, NULL, NULL, FOLDER_ROLE_NONE },
	{ MBOX_LABEL_ARCHIVED, 0, NULL, NULL, FOLDER_ROLE_NONE },
};

MboxLabel
mbox_label_from_text (const char *text)
{
	gsize length = strlen (text);

	for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
		const char *name = names[i];
		const char *lf;
		for (; name != NULL && (lf = strchr (name, '\n')) != NULL; name = lf + 1)
			if ((gsize) (lf - name) == length && memcmp (name, text, length) == 0)
				return (MboxLabel) i;
	}
	return MBOX_LABEL_OWN;
}

char **
mbox_labels_split (const char *value)
{
	g_autofree char *text = message_headers_decode (value);
	g_autoptr (GString) label = g_string_new (NULL);
	GPtrArray *labels = g_ptr_array_new ();
	gboolean quoted = FALSE;

	for (const char *p = text;; p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (*p == '\\' && quoted && p[1] != '\0') {
			g_string_append_c (label, *++p);
		} else if (*p == '\0' || (*p == ',' && !quoted)) {
			g_strstrip (label->str);
			if (*label->str != '\0')
				g_ptr_array_add (labels, g_strdup (label->str));
			g_string_truncate (label, 0);
		} else {
			g_string_append_c (label, *p);
		}
		if (*p == '\0')
			break;
	}
	g_ptr_array_add (labels, NULL);
	return (char **) g_ptr_array_free (labels, FALSE);
}

static Folder *
folder_of (const char *path, FolderRole role)
{
	g_auto (GStrv) parts = g_strsplit (path, "/", -1);
	g_autoptr (GPtrArray) components = g_ptr_array_new ();

	if (role == FOLDER_ROLE_INBOX)
		return folder_new_inbox ();
	for (char **part = parts; *part != NULL; part++)
		if (**part != '\0')
			g_ptr_array_add (components, *part);
	g_ptr_array_add (components, components->len > 0 ? NULL : (gpointer) path);
	g_ptr_array_add (components, NULL);
	return folder_new ((const char *const *) components->pdata, role);
}

/* The folder of the most telling label; *chosen is that label, NULL if it is none of them. */
static Folder *
choose_folder (char **labels, const MboxLabel *kinds, const char **chosen)
{
	*chosen = NULL;
	for (guint m = 0; m < G_N_ELEMENTS (meanings); m++)
		for (guint i = 0; labels[i] != NULL; i++) {
			if (kinds[i] != meanings[m].label ||
			    (meanings[m].folder == NULL && kinds[i] != MBOX_LABEL_OWN))
				continue;
			*chosen = labels[i];
			return folder_of (meanings[m].folder != NULL ? meanings[m].folder
								     : labels[i],
					  meanings[m].role);
		}
	return folder_of ("Archive", FOLDER_ROLE_ARCHIVE);
}

static void
apply_one (const char *text, MboxLabel label, Message *message, GPtrArray *keywords)
{
	for (guint m = 0; m < G_N_ELEMENTS (meanings); m++) {
		if (meanings[m].label != label)
			continue;
		const char *keyword = label == MBOX_LABEL_OWN ? text : meanings[m].keyword;
		message->flags |= meanings[m].flag;
		if (keyword != NULL)
			g_ptr_array_add (keywords, g_strdup (keyword));
	}
}

void
mbox_labels_apply (const char *value, MboxLabels labels, Message *message, GPtrArray *keywords)
{
	if (labels == MBOX_LABELS_NONE)
		return;
	g_auto (GStrv) all = mbox_labels_split (value);
	guint n = g_strv_length (all);
	g_autofree MboxLabel *kinds = g_new (MboxLabel, n + 1);
	const char *chosen = NULL;
	gboolean unread = FALSE;

	for (guint i = 0; i < n; i++) {
		kinds[i] = mbox_label_from_text (all[i]);
		unread = unread || kinds[i] == MBOX_LABEL_UNREAD;
	}
	if (!unread)
		message->flags |= MESSAGE_SEEN;
	if (labels == MBOX_LABELS_FOLDERS) {
		folder_unref (message->folder);
		message->folder = choose_folder (all, kinds, &chosen);
	}
	for (guint i = 0; i < n; i++)
		if (all[i] != chosen)
			apply_one (all[i], kinds[i], message, keywords);
		else if (kinds[i] == MBOX_LABEL_DRAFTS)
			message->flags |= MESSAGE_DRAFT;
}
