"""The settings of Django's tests, by the endpoint of HD_HOST and so on. Each run makes its databases, and removes them."""

import os


def _database(name):
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ["HD_HOST"],
        "PORT": os.environ["HD_PORT"],
        "USER": os.environ["HD_USER"],
        "PASSWORD": os.environ["HD_PASSWORD"],
        "NAME": os.environ["HD_DATABASE"],
        "TEST": {"NAME": name, "CHARSET": "utf8mb4"},
    }


DATABASES = {"default": _database("django_one"), "other": _database("django_two")}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SECRET_KEY = "of tests"
TEST_RUNNER = "suite.Runner"
USE_TZ = False
