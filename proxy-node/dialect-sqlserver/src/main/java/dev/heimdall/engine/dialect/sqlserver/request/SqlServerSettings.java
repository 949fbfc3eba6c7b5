package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.LogInReply;
import dev.heimdall.engine.dialect.sqlserver.sql.SessionOptions;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.SettingRules;
import java.util.List;
import java.util.Set;

/** Meaning of the options of SET, and of the database in use, for a session. */
final class SqlServerSettings implements SettingRules {
  @Override
  public String nameOf(String written) {
    return written;
  }

  @Override
  public boolean ofTransaction(String name) {
    return false;
  }

  @Override
  public boolean reportedOnly(String name) {
    return name.equals(LogInReply.PACKET_SIZE);
  }

  @Override
  public boolean outlivesReset(String name) {
    return false;
  }

  @Override
  public boolean unset(String name, String value) {
    return false;
  }

  @Override
  public Set<String> fixedByUse() {
    return Set.of();
  }

  @Override
  public PinReason pinOf(String name, String value) {
    return null;
  }

  @Override
  public PinReason pinOfChange(String name) {
    return null;
  }

  @Override
  public String isolation() {
    return SessionOptions.ISOLATION;
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

  @Override
  public List<String> schemas(String path) {
    return List.of(path);
  }

  @Override
  public String database(String home, String path) {
    return path == null ? home : path;
  }

  @Override
  public boolean temporary(String path) {
    return false;
  }
}
