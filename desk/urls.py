"""The pages that staff see."""

from django.urls import include, path

from desk.views import commitments, imports, links, passing_on, pointing, record, today

urlpatterns = [
    path("", today.home, name="home"),
    path("", include("desk.customer_urls")),
    path("", include("desk.invoice_urls")),
    path("", include("desk.payment_urls")),
    path("vers/<slug:kind>/<str:ref>/", pointing.pointing, name="pointing"),
    # the record, its exchanges and their files
    path("clients/<ref:ref>/", record.customer, name="customer"),
    path("clients/<ref:ref>/consigner/", record.log, name="exchange_log"),
    path("clients/<ref:ref>/prevenir/", passing_on.pass_on, name="pass_on"),
    path("clients/<ref:ref>/engagements/nouveau/", commitments.add, name="commitment_add"),
    path("echanges/<ref:ref>/", record.exchange, name="exchange"),
    path("echanges/<ref:ref>/corriger/", record.correct, name="exchange_correct"),
    path("echanges/<ref:ref>/effacer/", record.erase, name="exchange_erase"),
    path("echanges/<ref:ref>/lecteurs/", record.visibility, name="exchange_visibility"),
    path("pieces/<ref:ref>/", record.attachment, name="attachment"),
    path("liens/<ref:ref>/fermer/", links.revoke_link, name="link_revoke"),
    # what is owed
    path("engagements/", commitments.index, name="commitments"),
    path("engagements/<ref:ref>/", commitments.commitment, name="commitment"),
    path("engagements/<ref:ref>/tenir/", commitments.keep, name="commitment_keep"),
    path("engagements/<ref:ref>/rouvrir/", commitments.reopen, name="commitment_reopen"),
    path("engagements/<ref:ref>/deplacer/", commitments.change, {"gesture": "move"}, name="commitment_move"),
    path("engagements/<ref:ref>/confier/", commitments.change, {"gesture": "delegate"}, name="commitment_delegate"),
    path("engagements/<ref:ref>/lever/", commitments.change, {"gesture": "release"}, name="commitment_release"),
    path("dates/lire/", commitments.read_date, name="read_date"),
    # customer files
    path("imports/", imports.index, name="imports"),
    path("imports/<ref:ref>/", imports.batch, name="import"),
    path("imports/<ref:ref>/colonnes/", imports.columns, name="import_columns"),
    path("imports/<ref:ref>/importer/", imports.start, name="import_start"),
    path("imports/<ref:ref>/annuler/", imports.undo, name="import_undo"),
    path("imports/<ref:ref>/oublier/", imports.discard, name="import_discard"),
    path("imports/<ref:ref>/rapport.csv", imports.report, name="import_report"),
]
