"""Where one comes back from a payment page, and where Stripe speaks to us."""

from django.urls import path

from portal import paying

urlpatterns = [
    path("paiement/<ref:ref>/", paying.payment_return, name="payment_return"),
    path("paiement/<ref:ref>/aller/", paying.payment_go, name="payment_go"),
    path("stripe/messages/", paying.stripe_messages, name="stripe_messages"),
]
