package dev.heimdall.engine.dialect.sqlserver.console;

import dev.heimdall.engine.client.ClientEncoder;
import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.ConstantSelect;
import dev.heimdall.engine.console.ConstantSelect.Constant;
import dev.heimdall.engine.console.DriverStatements;
import dev.heimdall.engine.console.KnownCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.console.Tokens.Token;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers what drivers of SQL Server send by habit when they have connected, and around what their
 * users send: options, transactions, values of a server that the console pretends to have.
 */
final class TdsDriverStatements implements DriverStatements, ConstantSelect.Constants {
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;

  /** Statements without an effect here. */
  private static final String HABIT =
      "(?:set|use|begin\\s+tran\\w*|commit|rollback|save\\s+tran\\w*|if\\s+@@trancount)\\b.*";

  /** Their first words, and those of cursors, behind other commands of a batch. */
  private static final Set<String> WORDS =
      Set.of("set", "use", "begin", "commit", "rollback", "save", "close", "deallocate");

  private static final Pattern WITHOUT_EFFECT = Pattern.compile("\\s*" + HABIT, FLAGS);
  private static final Pattern OF_DRIVERS =
      Pattern.compile("\\s*(?:" + HABIT + "|select\\s+(?:@@|\\w+\\(\\)|system_user).*)", FLAGS);

  /** Drivers put no semicolon between theirs. */
  private static final Pattern BETWEEN =
      Pattern.compile(
          ";|\\R(?=\\s*(?:set|use|select|begin|commit|rollback|save|if)\\b)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SELECT = Pattern.compile("\\s*select\\s+(.+?)\\s*", FLAGS);
  private static final Pattern ITEM =
      Pattern.compile(
          "\\s*(@@\\w+|\\w+\\(\\)|system_user)(?:\\s+(?:as\\s+)?\\[?(\\w+)\\]?)?\\s*", FLAGS);

  private final String user;
  private final String database;

  TdsDriverStatements(Operator operator) {
    this.user = operator.user();
    this.database = operator.database();
  }

  /**
   * Appends the answers to what is known here.
   *
   * @return the statements that are not
   */
  List<String> answer(String sql, ClientEncoder encoder, ByteBuf out) {
    if (!OF_DRIVERS.matcher(sql).matches()) {
      return List.of(sql);
    }
    List<String> others = new ArrayList<>();
    for (String statement : BETWEEN.split(sql)) {
      Answer.Rows known = values(statement);
      if (known != null) {
        encoder.answer(known, out);
      } else if (!statement.isBlank() && !WITHOUT_EFFECT.matcher(statement).matches()) {
        others.add(statement);
      }
    }
    return others;
  }

  private Answer.Rows values(String statement) {
    Matcher select = SELECT.matcher(statement);
    if (!select.matches()) {
      return null;
    }
    List<Column> columns = new ArrayList<>();
    List<String> row = new ArrayList<>();
    for (String item : select.group(1).split(",")) {
      Matcher parts = ITEM.matcher(item);
      String value = parts.matches() ? value(parts.group(1).toLowerCase(Locale.ROOT)) : null;
      if (value == null) {
        return null;
      }
      columns.add(Column.text(parts.group(2) == null ? "" : parts.group(2)));
      row.add(value);
    }
    return new Answer.Rows(columns, List.of(row), "SELECT 1");
  }

  /** Null for what is not known here. */
  private String value(String item) {
    return switch (item) {
      case "@@version" -> "Heimdall console";
      case "@@servername" -> "heimdall";
      case "@@max_precision" -> "38";
      case "@@spid", "@@trancount", "@@options", "@@error" -> "0";
      case "@@language" -> "us_english";
      case "db_name()" -> database;
      case "system_user", "suser_sname()", "suser_name()", "user_name()", "original_login()" ->
          user;
      default -> null;
    };
  }

  @Override
  public Optional<ConsoleCommand> command(List<Token> statement) {
    return WORDS.contains(statement.get(0).lower())
        ? Optional.of(new KnownCommand(new Answer.Done("OK")))
        : ConstantSelect.command(statement, this);
  }

  @Override
  public String heading(String literal) {
    return "";
  }

  @Override
  public Constant named(String name, String argument) {
    if (argument != null) {
      return argument.isEmpty() ? Constant.text("", value(name + "()")) : null;
    }
    return switch (name) {
      case "system_user", "current_user", "session_user", "user" -> Constant.text("", user);
      default -> null;
    };
  }
}
