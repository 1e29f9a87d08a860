"""The list of customers, their forms, doubles and search."""

from django.urls import path

from desk.views import bulk, contacts, customers, duplicates, portal_access, search

urlpatterns = [
    path("recherche/", search.search, name="search"),
    path("clients/", customers.customers, name="customers"),
    path("clients/nouveau/", customers.create, name="customer_create"),
    path("clients/export.csv", customers.export, name="customers_export"),
    path("clients/lot/", bulk.change, name="customers_bulk"),
    path("clients/lot/<ref:ref>/", bulk.progress, name="bulk_progress"),
    path("clients/lot/<ref:ref>/annuler/", bulk.undo, name="bulk_undo"),
    path("clients/<ref:ref>/modifier/", customers.edit, name="customer_edit"),
    path("clients/<ref:ref>/archiver/", customers.archive, name="customer_archive"),
    path("clients/<ref:ref>/retablir/", customers.restore, name="customer_restore"),
    path("clients/<ref:ref>/contacts/nouveau/", contacts.add, name="contact_add"),
    path("clients/<ref:ref>/espace/", portal_access.customer_access, name="customer_access"),
    path("acces/<ref:ref>/fermer/", portal_access.end_access, name="access_end"),
    path("clients/<ref:ref>/reunir/", duplicates.merge, name="customer_merge"),
    path("contacts/<ref:ref>/", contacts.edit, name="contact_edit"),
    path("contacts/<ref:ref>/archiver/", contacts.archive, name="contact_archive"),
    path("contacts/<ref:ref>/retablir/", contacts.restore, name="contact_restore"),
    path("doublons/", duplicates.queue, name="duplicates"),
    path("doublons/<ref:ref>/", duplicates.decide, name="duplicate_decide"),
    path("doublons/<ref:ref>/rouvrir/", duplicates.reopen, name="duplicate_reopen"),
    path("reunions/<ref:ref>/annuler/", duplicates.undo, name="merge_undo"),
]
