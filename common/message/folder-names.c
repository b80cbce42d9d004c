/* folder-names.c - what mail programs and servers call the folders that have a role
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/folder-names.h"

#include <string.h>

#include "base/text.h"

/* Of Outlook, Outlook Express and Windows Mail, Thunderbird, Apple Mail, and webmail of providers.
 * The first name of a role is the usual one; no name stands for two roles. */
static const struct {
	FolderRole role;
	const char *names; /* separated by '|' */
} table[] = {
	{ FOLDER_ROLE_SENT, "Sent|Sent Items|Sent Messages|Sent Mail|sent-mail|Sent Objects" },
	{ FOLDER_ROLE_DRAFTS, "Drafts|Draft" },
	{ FOLDER_ROLE_TRASH, "Trash|Deleted Items|Deleted Messages|Deleted|Bin|Wastebasket" },
	{ FOLDER_ROLE_JUNK, "Junk|Spam|Junk E-mail|Junk Email|Junk Mail|Bulk Mail|Bulk" },
	{ FOLDER_ROLE_ARCHIVE, "Archive|Archives" },
	{ FOLDER_ROLE_OUTBOX, "Outbox" },
	/* German */
	{ FOLDER_ROLE_SENT, "Gesendet|Gesendete Elemente|Gesendete Objekte|Gesendete Nachrichten" },
	{ FOLDER_ROLE_DRAFTS, "Entwürfe|Entwurf" },
	{ FOLDER_ROLE_TRASH, "Papierkorb|Gelöschte Elemente|Gelöschte Objekte|Gelöscht" },
	{ FOLDER_ROLE_JUNK, "Junk-E-Mail|Spamverdacht|Spam-Verdacht|Werbung|Unerwünscht" },
	{ FOLDER_ROLE_ARCHIVE, "Archiv" },
	{ FOLDER_ROLE_OUTBOX, "Postausgang" },
	/* French */
	{ FOLDER_ROLE_SENT, "Envoyés|Éléments envoyés|Messages envoyés|Objets envoyés" },
	{ FOLDER_ROLE_SENT, "Courrier envoyé" },
	{ FOLDER_ROLE_DRAFTS, "Brouillons|Brouillon" },
	{ FOLDER_ROLE_TRASH, "Corbeille|Éléments supprimés|Messages supprimés" },
	{ FOLDER_ROLE_JUNK, "Courrier indésirable|Indésirables|Pourriel|Pourriels" },
	{ FOLDER_ROLE_OUTBOX, "Boîte d'envoi" },
	/* Spanish */
	{ FOLDER_ROLE_SENT, "Enviados|Elementos enviados|Mensajes enviados|Correo enviado" },
	{ FOLDER_ROLE_DRAFTS, "Borradores|Borrador" },
	{ FOLDER_ROLE_TRASH, "Papelera|Elementos eliminados|Eliminados" },
	{ FOLDER_ROLE_JUNK, "Correo no deseado|No deseado" },
	{ FOLDER_ROLE_ARCHIVE, "Archivo" },
	{ FOLDER_ROLE_OUTBOX, "Bandeja de salida" },
	/* Italian */
	{ FOLDER_ROLE_SENT, "Posta inviata|Inviata|Inviati|Messaggi inviati|Elementi inviati" },
	{ FOLDER_ROLE_DRAFTS, "Bozze" },
	{ FOLDER_ROLE_TRASH, "Cestino|Posta eliminata|Elementi eliminati" },
	{ FOLDER_ROLE_JUNK, "Posta indesiderata|Indesiderata" },
	{ FOLDER_ROLE_ARCHIVE, "Archivio" },
	{ FOLDER_ROLE_OUTBOX, "Posta in uscita" },
	/* Dutch */
	{ FOLDER_ROLE_SENT, "Verzonden items|Verzonden|Verzonden berichten|Verzonden objecten" },
	{ FOLDER_ROLE_DRAFTS, "Concepten" },
	{ FOLDER_ROLE_TRASH, "Prullenbak|Prullenmand|Verwijderde items|Verwijderd" },
	{ FOLDER_ROLE_JUNK, "Ongewenste e-mail|Ongewenst|Ongewenste reclame" },
	{ FOLDER_ROLE_ARCHIVE, "Archief" },
	{ FOLDER_ROLE_OUTBOX, "Postvak UIT" },
	/* Portuguese, of both sides */
	{ FOLDER_ROLE_SENT, "Itens enviados|Enviadas|Mensagens enviadas|E-mails enviados" },
	{ FOLDER_ROLE_DRAFTS, "Rascunhos|Rascunho" },
	{ FOLDER_ROLE_TRASH, "Lixeira|Lixo|Itens excluídos|Itens eliminados|Excluídos" },
	{ FOLDER_ROLE_JUNK, "Lixo eletrônico|Lixo eletrónico|Correio eletrônico não solicitado" },
	{ FOLDER_ROLE_ARCHIVE, "Arquivo" },
	{ FOLDER_ROLE_OUTBOX, "Caixa de saída|A enviar" },
	/* Swedish, Danish, Norwegian */
	{ FOLDER_ROLE_SENT, "Skickat|Skickade objekt|Skickade meddelanden|Skickade" },
	{ FOLDER_ROLE_SENT, "Sendt|Sendte elementer|Sendt post|Sendte meldinger|Sendte beskeder" },
	{ FOLDER_ROLE_DRAFTS, "Utkast|Kladder|Udkast" },
	{ FOLDER_ROLE_TRASH, "Papperskorgen|Borttaget|Borttagna objekt" },
	{ FOLDER_ROLE_TRASH, "Papirkurv|Slettet post|Slettede elementer|Slettet" },
	{ FOLDER_ROLE_JUNK, "Skräppost|Uønsket post|Uønsket mail|Uønsket e-post|Søppelpost" },
	{ FOLDER_ROLE_ARCHIVE, "Arkiv" },
	{ FOLDER_ROLE_OUTBOX, "Utkorgen|Udbakke|Utboks" },
	/* Finnish */
	{ FOLDER_ROLE_SENT, "Lähetetyt|Lähetetyt viestit|Lähetetyt kohteet" },
	{ FOLDER_ROLE_DRAFTS, "Luonnokset" },
	{ FOLDER_ROLE_TRASH, "Roskakori|Poistetut|Poistetut kohteet" },
	{ FOLDER_ROLE_JUNK, "Roskaposti" },
	{ FOLDER_ROLE_ARCHIVE, "Arkisto" },
	{ FOLDER_ROLE_OUTBOX, "Lähtevät" },
	/* Polish */
	{ FOLDER_ROLE_SENT, "Wysłane|Elementy wysłane|Wysłane wiadomości" },
	{ FOLDER_ROLE_DRAFTS, "Wersje robocze|Kopie robocze|Robocze|Szkice" },
	{ FOLDER_ROLE_TRASH, "Kosz|Elementy usunięte|Usunięte" },
	{ FOLDER_ROLE_JUNK, "Wiadomości-śmieci|Wiadomości śmieci|Niechciane" },
	{ FOLDER_ROLE_ARCHIVE, "Archiwum" },
	{ FOLDER_ROLE_OUTBOX, "Skrzynka nadawcza" },
	/* Czech and Slovak */
	{ FOLDER_ROLE_SENT, "Odeslaná pošta|Odeslané|Odoslaná pošta|Odoslané" },
	{ FOLDER_ROLE_DRAFTS, "Koncepty|Rozepsané|Rozpísané" },
	{ FOLDER_ROLE_TRASH, "Koš|Odstraněná pošta|Kôš|Odstránená pošta" },
	{ FOLDER_ROLE_JUNK, "Nevyžádaná pošta|Nevyžiadaná pošta" },
	{ FOLDER_ROLE_OUTBOX, "Pošta k odeslání|Pošta na odoslanie" },
	/* Hungarian */
	{ FOLDER_ROLE_SENT, "Elküldött elemek|Elküldött|Elküldött üzenetek|Elküldött levelek" },
	{ FOLDER_ROLE_DRAFTS, "Piszkozatok" },
	{ FOLDER_ROLE_TRASH, "Törölt elemek|Kuka|Lomtár" },
	{ FOLDER_ROLE_JUNK, "Levélszemét" },
	{ FOLDER_ROLE_ARCHIVE, "Archívum" },
	{ FOLDER_ROLE_OUTBOX, "Postázandó üzenetek" },
	/* Romanian */
	{ FOLDER_ROLE_SENT, "Elemente trimise|Trimise" },
	{ FOLDER_ROLE_DRAFTS, "Ciorne|Schițe" },
	{ FOLDER_ROLE_TRASH, "Elemente șterse|Coș de gunoi" },
	{ FOLDER_ROLE_JUNK, "E-mail nedorit|Mesaje nedorite" },
	{ FOLDER_ROLE_ARCHIVE, "Arhivă" },
	/* Russian and Ukrainian */
	{ FOLDER_ROLE_SENT, "Отправленные|Отправленные элементы|Надіслані|Відправлені" },
	{ FOLDER_ROLE_DRAFTS, "Черновики|Чернетки" },
	{ FOLDER_ROLE_TRASH, "Корзина|Удаленные|Удалённые|Кошик|Видалені" },
	{ FOLDER_ROLE_JUNK, "Спам|Нежелательная почта|Небажана пошта" },
	{ FOLDER_ROLE_ARCHIVE, "Архив|Архів" },
	{ FOLDER_ROLE_OUTBOX, "Исходящие|Вихідні" },
	/* Greek */
	{ FOLDER_ROLE_SENT, "Απεσταλμένα" },
	{ FOLDER_ROLE_DRAFTS, "Πρόχειρα" },
	{ FOLDER_ROLE_TRASH, "Διαγραμμένα|Κάδος απορριμμάτων" },
	{ FOLDER_ROLE_JUNK, "Ανεπιθύμητη αλληλογραφία" },
	/* Turkish */
	{ FOLDER_ROLE_SENT, "Gönderilmiş Öğeler|Gönderilen|Gönderilmiş Postalar|Gönderilmiş" },
	{ FOLDER_ROLE_DRAFTS, "Taslaklar" },
	{ FOLDER_ROLE_TRASH, "Silinmiş Öğeler|Çöp Kutusu|Çöp" },
	{ FOLDER_ROLE_JUNK, "Gereksiz E-posta|Önemsiz E-posta|İstenmeyen" },
	{ FOLDER_ROLE_ARCHIVE, "Arşiv" },
	/* Japanese */
	{ FOLDER_ROLE_SENT, "送信済みアイテム|送信済みメール|送信済みトレイ|送信済み" },
	{ FOLDER_ROLE_DRAFTS, "下書き" },
	{ FOLDER_ROLE_TRASH, "削除済みアイテム|ゴミ箱|ごみ箱" },
	{ FOLDER_ROLE_JUNK, "迷惑メール" },
	{ FOLDER_ROLE_ARCHIVE, "アーカイブ" },
	{ FOLDER_ROLE_OUTBOX, "送信トレイ" },
	/* Chinese, both scripts */
	{ FOLDER_ROLE_SENT, "已发送邮件|已发送|已发邮件|寄件備份|已寄出|已傳送的郵件" },
	{ FOLDER_ROLE_DRAFTS, "草稿|草稿箱|草稿匣" },
	{ FOLDER_ROLE_TRASH, "已删除邮件|已删除|废件箱|刪除的郵件|垃圾桶" },
	{ FOLDER_ROLE_JUNK, "垃圾邮件|垃圾郵件" },
	{ FOLDER_ROLE_ARCHIVE, "存档|归档|封存" },
	{ FOLDER_ROLE_OUTBOX, "发件箱|寄件匣" },
	/* Korean */
	{ FOLDER_ROLE_SENT, "보낸 편지함|보낸 메일함|보낸메일함" },
	{ FOLDER_ROLE_DRAFTS, "임시 보관함|임시보관함" },
	{ FOLDER_ROLE_TRASH, "지운 편지함|휴지통" },
	{ FOLDER_ROLE_JUNK, "정크 메일|스팸메일함|스팸편지함" },
};

/* Where name stands in the list names, counted from 0; -1 if nowhere. */
static int
position (const char *names, const char *folded)
{
	int at = 0;

	for (const char *p = names; *p != '\0'; at++) {
		gsize length = strcspn (p, "|");
		g_autofree char *candidate = text_fold (p, (gssize) length);
		if (strcmp (candidate, folded) == 0)
			return at;
		p += length;
		p += *p == '|';
	}
	return -1;
}

FolderRole
folder_names_find_role (const char *name, guint *rank)
{
	g_autofree char *folded = text_fold (name, -1);

	for (guint i = 0; folded != NULL && i < G_N_ELEMENTS (table); i++) {
		int at = position (table[i].names, folded);
		if (at < 0)
			continue;
		if (rank != NULL)
			*rank = i * 16 + (guint) at;
		return table[i].role;
	}
	return FOLDER_ROLE_NONE;
}

const char *
folder_names_get_usual (FolderRole role)
{
	switch (role) {
	case FOLDER_ROLE_SENT: return "Sent";
	case FOLDER_ROLE_DRAFTS: return "Drafts";
	case FOLDER_ROLE_TRASH: return "Trash";
	case FOLDER_ROLE_JUNK: return "Junk";
	case FOLDER_ROLE_ARCHIVE: return "Archive";
	default: return NULL;
	}
}
