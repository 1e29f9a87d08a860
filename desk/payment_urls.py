"""Money received: the list, one payment and what is done with it."""

from django.urls import path

from desk.views import leftovers, money_exports, payments

urlpatterns = [
    path("encaissements/", payments.index, name="payments"),
    path("encaissements/export.csv", money_exports.payments, name="payments_export"),
    path("encaissements/nouveau/", payments.add, name="payment_add"),
    path("encaissements/a-disposition/", leftovers.at_hand, name="payments_left"),
    path("encaissements/message/<str:event>/vu/", payments.looked_at, name="payment_message_seen"),
    path("encaissements/<ref:ref>/", payments.payment, name="payment"),
    path("encaissements/<ref:ref>/affecter/", payments.use, name="payment_use"),
    path("encaissements/<ref:ref>/affectations/<ref:allocation>/reprendre/", payments.release, name="payment_release"),
    path("encaissements/<ref:ref>/annuler/", payments.undo, name="payment_undo"),
    path("encaissements/<ref:ref>/rendre/", payments.give_back, name="payment_give_back"),
    path("factures/<ref:ref>/reste/", leftovers.rest, name="credit_rest"),
    path("factures/<ref:ref>/reste/affecter/", leftovers.use, name="credit_use"),
    path("factures/<ref:ref>/reste/rendre/", leftovers.give_back, name="credit_give_back"),
    path("factures/<ref:ref>/affectations/<ref:allocation>/reprendre/", leftovers.release, name="credit_release"),
]
