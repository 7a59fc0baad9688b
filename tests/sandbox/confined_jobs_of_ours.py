"""The product's own jobs, and one that says what they have brought along."""

from tenants.confined import jobs
from tests.sandbox.confined_jobs import loaded

JOBS = {**jobs.JOBS, "loaded": loaded}
