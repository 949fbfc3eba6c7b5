package dev.heimdall.test.applications;

import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A site of Wagtail, which is a site of Django: pages edited, published, searched for. */
final class Wagtail implements Application {
  private static final Map<String, String> SUPERUSER =
      Map.of(
          "DJANGO_SUPERUSER_USERNAME", "editor",
          "DJANGO_SUPERUSER_PASSWORD", "a-long-passphrase",
          "DJANGO_SUPERUSER_EMAIL", "editor@example.com",
          "DJANGO_SETTINGS_MODULE", "site1.settings.local");

  @Override
  public String name() {
    return "wagtail";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.postgres(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) throws IOException {
    Path site = Files.createDirectory(home.resolve("site"));
    String python = Toolchain.built("wagtail").resolve("bin/python").toString();
    String settings =
        """
        from .dev import *
        ALLOWED_HOSTS = ['*']
        DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': '%s', 'PORT': %d,
          'NAME': '%s', 'USER': '%s', 'PASSWORD': '%s', 'CONN_MAX_AGE': 0}}
        WAGTAIL_ENABLE_UPDATE_CHECK = False
        """
            .formatted(
                database.host(),
                database.port(),
                database.name(),
                database.user(),
                database.password());
    Path file = home.resolve("local.py");
    Files.writeString(file, settings);
    return List.of(
        Command.of(
            home,
            Toolchain.built("wagtail").resolve("bin/wagtail").toString(),
            "start",
            "site1",
            site.toString()),
        Command.of(home, "cp", file.toString(), site.resolve("site1/settings/local.py").toString()),
        Command.of(site, python, "manage.py", "migrate").with(SUPERUSER),
        Command.of(site, python, "manage.py", "createsuperuser", "--noinput").with(SUPERUSER));
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return Command.of(
            home.resolve("site"),
            Toolchain.built("wagtail").resolve("bin/python").toString(),
            "manage.py",
            "runserver",
            "--noreload",
            "--insecure",
            "127.0.0.1:" + port)
        .with(SUPERUSER);
  }

  @Override
  public String ready() {
    return "/";
  }

  /** Entries of a report are called by the first one of its kinds, which are in no order. */
  @Override
  public Pattern timed() {
    return Pattern.compile("\\d+ (page|model) log entries$");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    visitor.get("/");
    visitor.get("/admin/login/");
    visitor.submit("password", "username", "editor", "password", "a-long-passphrase");
    visitor.get("/admin/");
    visitor.shows("Dashboard");
    for (int i = 1; i <= 3; i++) {
      visitor.get("/admin/pages/add/home/homepage/3/");
      visitor.submit(
          "csrfmiddlewaretoken\" value",
          "title",
          "Page " + i + ", it's \"quoted\"",
          "slug",
          "page-" + i,
          "action-publish",
          "action-publish");
    }
    visitor.get("/admin/pages/3/");
    visitor.shows("Page 3");
    visitor.get("/page-2/");
    visitor.get("/admin/pages/5/edit/");
    visitor.submit(
        "id=\"page-edit-form\"", "title", "Another title", "action-publish", "action-publish");
    visitor.get("/admin/pages/5/history/");
    visitor.get("/admin/pages/search/?q=Another");
    visitor.get("/search/?query=Page");
    visitor.get("/admin/pages/6/unpublish/");
    visitor.submit("csrfmiddlewaretoken");
    visitor.get("/admin/pages/6/delete/");
    visitor.submit("csrfmiddlewaretoken");
    visitor.get("/admin/users/new/");
    visitor.submit(
        "id_username",
        "username",
        "writer",
        "email",
        "writer@example.com",
        "first_name",
        "A",
        "last_name",
        "Writer",
        "password1",
        "another-passphrase",
        "password2",
        "another-passphrase");
    visitor.get("/admin/users/");
    visitor.shows("writer");
    visitor.get("/admin/groups/");
    visitor.get("/admin/reports/site-history/");
    visitor.get("/admin/redirects/add/");
    visitor.submit("id_old_path", "old_path", "/old", "redirect_link", "/page-1/");
    visitor.get("/old/");
    visitor.get("/django-admin/");
    visitor.get("/django-admin/auth/group/add/");
    visitor.submit("id=\"group_form\"", "name", "Readers", "_save", "Save");
    visitor.get("/django-admin/auth/group/");
    visitor.shows("Readers");
    visitor.get("/admin/images/");
    visitor.get("/admin/documents/");
  }
}
