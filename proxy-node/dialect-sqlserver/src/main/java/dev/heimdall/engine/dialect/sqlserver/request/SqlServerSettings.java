package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.LogInReply;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.sql.SettingRules;
import java.util.List;

/** Meaning of the options of SET, and of the database in use, for a session. */
final class SqlServerSettings implements SettingRules {

  @Override
  public boolean reportedOnly(String name) {
    return name.equals(LogInReply.PACKET_SIZE);
  }

  @Override
  public String isolation() {
    return SessionOptions.ISOLATION;
  }

  @Override
  public String autocommit() {
    return SessionOptions.IMPLICIT_TRANSACTIONS;
  }

  @Override
  public String autocommitOff() {
    return "ON";
  }

  /** With implicit transactions a transaction that is begun is inside another. */
  @Override
  public String begin() {
    return "BEGIN TRAN IF @@TRANCOUNT = 2 COMMIT TRAN";
  }

  @Override
  public boolean movesNames(String name) {
    return name.equals(SessionOptions.DATABASE);
  }

  @Override
  public String path() {
    return SessionOptions.DATABASE;
  }

  @Override
  public String role() {
    return "";
  }

  /** The schema of a user does not change with the database in use. */
  @Override
  public List<String> schemas(String path) {
    return null;
  }

  @Override
  public String database(String home, String path) {
    return path == null ? home : path;
  }
}
