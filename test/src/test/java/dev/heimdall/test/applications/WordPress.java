package dev.heimdall.test.applications;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A site of WordPress: installed on its own pages, with articles, comments, users and settings. */
final class WordPress implements Application {
  @Override
  public String name() {
    return "wordpress";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.mariadb(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) throws IOException {
    Path site = home.resolve("site");
    PhpFiles.copy(PhpFiles.unpacked("wordpress", "usr/share/wordpress"), site);
    Files.writeString(
        site.resolve("wp-config.php"),
        """
        <?php
        define('DB_NAME', '%s');
        define('DB_USER', '%s');
        define('DB_PASSWORD', '%s');
        define('DB_HOST', '%s:%d');
        define('DB_CHARSET', 'utf8mb4');
        define('DB_COLLATE', '');
        define('AUTH_KEY', 'a'); define('SECURE_AUTH_KEY', 'b'); define('LOGGED_IN_KEY', 'c'); define('NONCE_KEY', 'd');
        define('AUTH_SALT', 'e'); define('SECURE_AUTH_SALT', 'f'); define('LOGGED_IN_SALT', 'g'); define('NONCE_SALT', 'h');
        define('WP_HTTP_BLOCK_EXTERNAL', true);
        define('AUTOMATIC_UPDATER_DISABLED', true);
        define('DISABLE_WP_CRON', true);
        $table_prefix = 'wp_';
        if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
        require_once ABSPATH . 'wp-settings.php';
        """
            .formatted(
                database.name(),
                database.user(),
                database.password(),
                database.host(),
                database.port()));
    return List.of();
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return PhpFiles.serve(home.resolve("site"), port);
  }

  @Override
  public String ready() {
    return "/readme.html";
  }

  /** The tasks of its own calendar; which of them share a second is chance. */
  @Override
  public Pattern timed() {
    return Pattern.compile("^table wp_options: option_value: a:\\d+:\\{i:~;");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    visitor.get("/wp-admin/install.php");
    visitor.post(
        "/wp-admin/install.php?step=2",
        Map.of(
            "weblog_title", "A site",
            "user_name", "editor",
            "admin_password", "a-long-passphrase",
            "admin_password2", "a-long-passphrase",
            "pw_weak", "on",
            "admin_email", "editor@example.com",
            "language", ""));
    visitor.get("/");
    visitor.get("/wp-login.php");
    visitor.submit("loginform", "log", "editor", "pwd", "a-long-passphrase");
    visitor.shows("Dashboard");
    for (int i = 1; i <= 3; i++) {
      visitor.get("/wp-admin/post-new.php");
      article(visitor, i, visitor.get("/wp-admin/admin-ajax.php?action=rest-nonce"));
    }
    visitor.get("/");
    visitor.shows("Article 3");
    visitor.get("/?p=4");
    visitor.get("/?s=article");
    visitor.get("/wp-admin/edit.php");
    visitor.get("/wp-admin/");
    visitor.get("/wp-admin/options-general.php");
    visitor.submit("options.php", "blogname", "Another name", "submit", "Save");
    visitor.get("/wp-admin/options-reading.php");
    visitor.submit("options.php", "posts_per_page", "5", "submit", "Save");
    visitor.get("/wp-admin/edit-tags.php?taxonomy=category");
    visitor.submit("addtag", "tag-name", "News", "slug", "news", "submit", "Add");
    visitor.get("/wp-admin/edit-tags.php?taxonomy=category");
    visitor.get("/wp-admin/user-new.php");
    visitor.submit(
        "createuser",
        "user_login",
        "writer",
        "email",
        "writer@example.com",
        "pass1",
        "another-passphrase",
        "pass2",
        "another-passphrase",
        "pw_weak",
        "on",
        "role",
        "author",
        "createuser",
        "Add");
    visitor.get("/wp-admin/users.php");
    visitor.shows("writer@example.com");
    visitor.get("/wp-admin/plugins.php");
    visitor.get("/wp-admin/themes.php");
    visitor.get("/wp-admin/site-health.php?tab=debug");
    visitor.get("/?p=1");
    Visitor reader = visitor.another();
    reader.get("/?p=1");
    reader.submit(
        "comment_post_ID",
        "comment",
        "What a remark; it's 100% \"quoted\".",
        "author",
        "A reader",
        "email",
        "reader@example.com",
        "url",
        "");
    reader.get("/?p=1");
    visitor.get("/wp-admin/edit-comments.php");
    visitor.get("/?feed=rss2");
    visitor.get("/?rest_route=/wp/v2/posts");
  }

  private static void article(Visitor visitor, int number, String nonce) {
    visitor.json(
        "POST",
        "/?rest_route=/wp/v2/posts&_wpnonce=" + nonce,
        """
        {"title": "Article %d", "content": "Text of article %d, it's \\\\ \\"quoted\\" 😀", "status": "publish"}
        """
            .formatted(number, number));
  }
}
