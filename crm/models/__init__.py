"""The record: who the clients are, what happened with them, what is owed, what was written."""

from crm.models.access import ContactAccess
from crm.models.bulk import BulkChange
from crm.models.company import BankChange, Company, Counter
from crm.models.customers import Contact, Customer, CustomerMerge, DuplicateCandidate, Tag
from crm.models.imports import ImportBatch, ImportLine
from crm.models.mail import BadAddress, Email, MailTemplate
from crm.models.search import SearchEntry, SearchWords
from crm.models.timeline import Attachment, Commitment, Interaction

__all__ = [
    "Attachment",
    "BadAddress",
    "BankChange",
    "BulkChange",
    "Commitment",
    "Company",
    "Contact",
    "ContactAccess",
    "Counter",
    "Customer",
    "CustomerMerge",
    "DuplicateCandidate",
    "Email",
    "ImportBatch",
    "ImportLine",
    "Interaction",
    "MailTemplate",
    "SearchEntry",
    "SearchWords",
    "Tag",
]
