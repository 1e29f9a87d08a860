"""Invoices: the list, the draft's editor, one document and what is done with it."""

from django.urls import path

from desk.views import invoice_drafts, invoices, money_exports

urlpatterns = [
    path("factures/", invoices.index, name="invoices"),
    path("factures/export.csv", money_exports.invoices, name="invoices_export"),
    path("factures/nouvelle/", invoice_drafts.new, name="invoice_new"),
    path("factures/<ref:ref>/", invoices.invoice, name="invoice"),
    path("factures/<ref:ref>/modifier/", invoice_drafts.edit, name="invoice_edit"),
    path("factures/<ref:ref>/apercu/", invoice_drafts.preview, name="invoice_preview"),
    path("factures/<ref:ref>/emettre/", invoice_drafts.issue, name="invoice_issue"),
    path("factures/<ref:ref>/supprimer/", invoice_drafts.discard, name="invoice_discard"),
    path("factures/<ref:ref>/avoir/", invoices.credit, name="invoice_credit"),
    path("factures/<ref:ref>/pdf/", invoices.file, {"kind": "pdf"}, name="invoice_pdf"),
    path("factures/<ref:ref>/xml/", invoices.file, {"kind": "xml"}, name="invoice_xml"),
    path("factures/<ref:ref>/question/", invoices.asked, name="question_note"),
    path("questions/<ref:ref>/repondre/", invoices.answer, name="question_answer"),
]
