package dev.heimdall.test.applications;

import java.nio.file.Path;
import java.util.List;

/** A tool for databases: tables made, filled, changed and exported by forms. */
final class Adminer implements Application {
  @Override
  public String name() {
    return "adminer";
  }

  @Override
  public Stage stage(Way way) {
    return Stage.mariadb(way);
  }

  @Override
  public List<Command> prepare(Database database, Path home, int port) {
    PhpFiles.copy(PhpFiles.unpacked("adminer", "usr/share/adminer"), home.resolve("site"));
    return List.of();
  }

  @Override
  public Command serve(Database database, Path home, int port) {
    return PhpFiles.serve(home.resolve("site"), port);
  }

  @Override
  public String ready() {
    return "/adminer.php";
  }

  @Override
  public void walk(Visitor visitor, Database database) {
    String server = database.host() + ":" + database.port();
    String at =
        "/adminer.php?server=" + server + "&username=" + database.user() + "&db=" + database.name();
    visitor.get("/adminer.php");
    visitor.submit(
        "auth[driver]",
        "auth[driver]",
        "server",
        "auth[server]",
        server,
        "auth[username]",
        database.user(),
        "auth[password]",
        database.password(),
        "auth[db]",
        database.name());
    sql(
        visitor,
        at,
        "CREATE TABLE people (id int AUTO_INCREMENT PRIMARY KEY, name varchar(80) NOT NULL, born date, INDEX (name));"
            + " CREATE TABLE pets (id int AUTO_INCREMENT PRIMARY KEY, owner int, kind enum('cat','dog'),"
            + " FOREIGN KEY (owner) REFERENCES people (id) ON DELETE CASCADE)");
    visitor.get(at);
    visitor.shows("people");
    for (int i = 1; i <= 4; i++) {
      visitor.get(at + "&edit=people");
      visitor.submit(
          "fields[name]",
          "fields[name]",
          "Person " + i + "'s \\ name",
          "fields[born]",
          "200" + i + "-02-03");
    }
    sql(
        visitor,
        at,
        "INSERT INTO pets (owner, kind) SELECT id, IF(id % 2, 'cat', 'dog') FROM people; SELECT ROW_COUNT()");
    visitor.get(at + "&select=people");
    visitor.shows("Person 4");
    visitor.get(at + "&edit=people&where%5Bid%5D=2");
    visitor.submit("fields[name]", "fields[name]", "Somebody else");
    visitor.get(
        at
            + "&select=people&where%5B0%5D%5Bcol%5D=name&where%5B0%5D%5Bop%5D=LIKE%20%25%25&where%5B0%5D%5Bval%5D=else");
    visitor.shows("Somebody else");
    visitor.get(at + "&table=pets");
    visitor.get(at + "&schema=");
    visitor.get(at + "&indexes=people");
    sql(
        visitor,
        at,
        "DELETE FROM people WHERE id = 1; SELECT COUNT(*) FROM pets; EXPLAIN SELECT * FROM pets; SHOW WARNINGS");
    sql(
        visitor,
        at,
        "CREATE VIEW cats AS SELECT * FROM pets WHERE kind = 'cat'; SELECT * FROM cats; SELECT nothing FROM people");
    sql(
        visitor,
        at,
        "START TRANSACTION; UPDATE people SET born = NULL; ROLLBACK; SELECT COUNT(born) FROM people");
    sql(visitor, at, "CREATE PROCEDURE two() BEGIN SELECT 1; SELECT 2; END");
    sql(visitor, at, "CALL two()");
    visitor.get(at + "&select=cats");
    visitor.get(at + "&dump=");
    visitor.submit(
        "name='output'",
        "output",
        "text",
        "format",
        "sql",
        "db_style",
        "",
        "table_style",
        "CREATE",
        "data_style",
        "INSERT",
        "tables[]",
        "people",
        "data[]",
        "people");
    visitor.get(at + "&privileges=");
  }

  private static void sql(Visitor visitor, String at, String text) {
    visitor.get(at + "&sql=");
    visitor.submit("name='query'", "query", text);
  }
}
