package dev.heimdall.engine.dialect.sqlserver.catalog;

import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.catalog.DatabaseObjects;
import dev.heimdall.engine.catalog.ReadingTerms;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** Reads the system views of one database, as far as its user may see them. Used once. */
final class SystemReader {
  /** Readings at most while others change definitions all the time. */
  private static final int ATTEMPTS = 3;

  private static final List<SystemView> OF_LOOK =
      Stream.of(SystemView.values()).filter(v -> v.use() != SystemView.Use.READING).toList();

  private static final String ABOUT =
      "SELECT CAST(DATABASEPROPERTYEX(%1$s, 'Updateability') AS nvarchar(60)),"
          + " HAS_PERMS_BY_NAME(%1$s, 'DATABASE', 'VIEW DEFINITION'), SCHEMA_NAME(),"
          + " SUSER_SNAME(), HAS_PERMS_BY_NAME(N'master', 'DATABASE', 'VIEW DEFINITION'),"
          + " CAST(SERVERPROPERTY('Babelfish') AS int)";

  /**
   * Babelfish denies VIEW DEFINITION to all, and shows its dbo all that T-SQL has defined; what was
   * defined past T-SQL is in the catalogue of PostgreSQL alone.
   */
  private static final String OF_BABELFISH =
      """
      SELECT HAS_PERMS_BY_NAME(%1$s, 'DATABASE', 'CONTROL'),
        (SELECT COUNT(*) FROM pg_catalog.pg_trigger g
          JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
          JOIN sys.schemas s ON s.schema_id = c.relnamespace
          WHERE g.tgisinternal = 0
          AND NOT EXISTS (SELECT 1 FROM sys.triggers t WHERE t.object_id = g.oid)),
        (SELECT COUNT(*) FROM pg_catalog.pg_rewrite r
          JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
          JOIN sys.schemas s ON s.schema_id = c.relnamespace
          WHERE r.ev_type <> '1')""";

  /** Digest of the database as seen from outside, by which a change is noticed. */
  record Digest(String text) implements CatalogueProtocol.Mark {
    /** Of definitions that changed while they were read: no look finds the same. */
    static final Digest UNSETTLED = new Digest("");
  }

  /**
   * Facts about a database and who reads it.
   *
   * @param sees whether nothing is hidden from the reader
   * @param seesMaster whether nothing is hidden from it in master
   */
  record About(
      String database,
      boolean replica,
      boolean sees,
      String schema,
      String login,
      boolean seesMaster) {
    /** Those of these views that may be asked for. */
    List<SystemView> asked(List<SystemView> views) {
      return views.stream().filter(v -> seesMaster || v != SystemView.ALL_OBJECTS).toList();
    }
  }

  private final Connection connection;
  private final ReadingTerms terms;
  private final SystemRows rows;

  SystemReader(Connection connection, ReadingTerms terms) {
    this.connection = connection;
    this.terms = terms;
    rows = new SystemRows(connection, terms);
  }

  /**
   * Reads everything, unless nothing has changed.
   *
   * @param last of the last reading; null at first
   */
  CatalogueProtocol.Reading read(Digest last, CatalogueProtocol.Progress progress)
      throws SQLException {
    About about = about();
    boolean replica = about.replica();
    if (replica && terms.onlyOfWriter()) {
      connection.rollback();
      return new CatalogueProtocol.Reading(true, null, null);
    }
    SystemDigest seen = look(about);
    progress.beginning(replica, seen.beginning());
    Digest digest = digest(about, seen);
    if (digest.equals(last)) {
      connection.rollback();
      return new CatalogueProtocol.Reading(replica, last, null);
    }
    for (int attempt = 1; ; attempt++) {
      if (!replica) {
        progress.changed();
      }
      DatabaseObjects objects = objects(about);
      Digest afterwards = digest(about, look(about));
      boolean settled = digest.equals(afterwards);
      if (settled || attempt == ATTEMPTS || progress.overtaken()) {
        progress.unread(
            about.sees()
                ? ""
                : "what is hidden from a user without VIEW DEFINITION on the database, or, on"
                    + " Babelfish, from others than dbo, or has triggers or rules of PostgreSQL");
        connection.rollback();
        return new CatalogueProtocol.Reading(replica, settled ? digest : Digest.UNSETTLED, objects);
      }
      digest = afterwards;
    }
  }

  private static Digest digest(About about, SystemDigest seen) {
    return new Digest(
        about.sees() + " " + about.seesMaster() + " " + about.schema() + ' ' + seen.all());
  }

  private About about() throws SQLException {
    String database = connection.getCatalog();
    String literal = "N'" + database.replace("'", "''") + "'";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ABOUT.formatted(literal))) {
      if (!row.next()) {
        throw new SQLException("the server says nothing of the database");
      }
      return new About(
          database,
          "READ_ONLY".equals(row.getString(1)),
          row.getInt(2) == 1 || (row.getInt(6) == 1 && seesAllOfBabelfish(literal)),
          row.getString(3),
          row.getString(4),
          row.getInt(5) == 1);
    }
  }

  private boolean seesAllOfBabelfish(String database) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(OF_BABELFISH.formatted(database))) {
      return row.next() && row.getInt(1) == 1 && row.getInt(2) == 0 && row.getInt(3) == 0;
    }
  }

  private SystemDigest look(About about) throws SQLException {
    SystemDigest digest;
    do {
      rows.anew();
      digest = new SystemDigest();
    } while (!rows.each(about.asked(OF_LOOK), digest::add));
    return digest;
  }

  private DatabaseObjects objects(About about) throws SQLException {
    DatabaseDefinitions definitions;
    do {
      rows.anew();
      definitions = new DatabaseDefinitions(about, terms, rows);
    } while (!rows.each(about.asked(List.of(SystemView.values())), definitions::take));
    return definitions.objects();
  }
}
