package dev.heimdall.test.applications;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A wiki: its own installer, then pages that are written, changed, moved and searched for. */
final class MediaWiki implements Application {
  private static final String PASSWORD = "a-long-passphrase";

  @Override
  public String name() {
    return "mediawiki";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.mariadb(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) {
    Path site = home.resolve("site");
    PhpFiles.copy(PhpFiles.unpacked("mediawiki", "usr/share/mediawiki"), site);
    return List.of(
        PhpFiles.php(
            site,
            List.of(
                "maintenance/install.php",
                "--dbtype=mysql",
                "--dbserver=" + database.host() + ":" + database.port(),
                "--dbname=" + database.name(),
                "--dbuser=" + database.user(),
                "--dbpass=" + database.password(),
                "--scriptpath=",
                "--server=http://127.0.0.1:" + port,
                "--lang=en",
                "--pass=" + PASSWORD,
                "A wiki",
                "Editor")));
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return PhpFiles.serve(home.resolve("site"), port);
  }

  @Override
  public String ready() {
    return "/index.php?title=Special:Version";
  }

  /** Hashes of passwords, with their salts; which jobs wait, which it runs behind its pages. */
  @Override
  public Pattern timed() {
    return Pattern.compile("^table (user: user_password|job): |\"jobs\":\\d+$");
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    visitor.get("/index.php?title=Main_Page");
    visitor.get("/index.php?title=Special:UserLogin");
    visitor.submit("wpLoginToken", "wpName", "Editor", "wpPassword", PASSWORD);
    for (int i = 1; i <= 3; i++) {
      visitor.get("/index.php?title=Page_" + i + "&action=edit");
      visitor.submit(
          "wpTextbox1",
          "wpTextbox1",
          "Text of page " + i + ", it's [[Page 1|linked]]. [[Category:Pages]]",
          "wpSummary",
          "written",
          "wpSave",
          "Save");
      visitor.shows("Text of page " + i);
    }
    visitor.get("/index.php?title=Page_2&action=edit");
    visitor.submit(
        "wpTextbox1",
        "wpTextbox1",
        "Another text, with {{PAGENAME}} \\ 'quotes'.",
        "wpSave",
        "Save");
    visitor.shows("Another text");
    visitor.get("/index.php?title=Page_2&action=history");
    visitor.get("/index.php?title=Category:Pages");
    visitor.get("/index.php?title=Special:RecentChanges");
    visitor.get("/index.php?title=Special:AllPages");
    visitor.get("/index.php?title=Special:WhatLinksHere/Page_1");
    visitor.get("/index.php?title=Special:Statistics");
    visitor.get("/index.php?title=Special:Search&search=linked&fulltext=1");
    visitor.get("/index.php?title=Special:MovePage/Page_3");
    visitor.submit("wpNewTitleMain", "wpNewTitleMain", "Page 4", "wpMove", "Move page");
    visitor.get("/index.php?title=Page_4");
    visitor.shows("Text of page 3");
    visitor.get("/index.php?title=Page_1&action=delete");
    visitor.submit("wpReason", "wpReason", "no longer wanted", "wpConfirmB", "Delete page");
    visitor.get("/index.php?title=Special:Log");
    visitor.get("/index.php?title=Special:Watchlist");
    visitor.get("/index.php?title=Special:ListUsers");
    visitor.get("/api.php?action=query&list=allpages%7Crecentchanges&format=json");
    visitor.get("/api.php?action=query&meta=siteinfo&siprop=statistics&format=json");
    Visitor reader = visitor.another();
    reader.get("/index.php?title=Special:CreateAccount");
    reader.submit(
        "wpCreateaccountToken",
        "wpName",
        "Reader",
        "wpPassword",
        PASSWORD + "2",
        "retype",
        PASSWORD + "2");
    reader.post("/index.php?title=Page_2&action=purge", Map.of());
    reader.get("/index.php?title=Page_2");
  }
}
