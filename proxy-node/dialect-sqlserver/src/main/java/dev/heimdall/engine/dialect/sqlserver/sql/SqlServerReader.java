package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FoldedName;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RoutineBody;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.TableDefinitions;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.sql.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads SQL Server's statements, which may follow each other without a semicolon. */
final class SqlServerReader extends StatementReader {
  /** More words would be another statement's. */
  private static final int LONGEST_TRANSACTION = 3;

  /** Texts in texts that are run, beyond which names are not recognised. */
  private static final int MOST_TEXTS = 4;

  /** Words of statements that define something, or by which names come to mean something else. */
  private static final Set<String> DEFINING =
      QuerySyntax.words(
          "add alter backup bulk create dbcc deny disable drop enable grant move opendatasource"
              + " openquery openrowset reconfigure restore revert revoke setuser trigger truncate use");

  /** Keywords among which are those of columns. */
  private static final Set<String> COLUMN_WORDS = Set.of("not", "null", "on");

  private boolean begun;

  /** True if the present statement is a call without EXEC, as the first of a batch may be. */
  private boolean callsByName;

  /** True if the present statement runs texts, and defines nothing beside them. */
  private boolean runs;

  SqlServerReader(Findings findings) {
    super(new SqlServerSyntax(), findings);
  }

  /** Its names, for what they bring with them. */
  @Override
  protected RoutineBody words(String statement, LexerMode lexerMode) {
    if (runs && !mayDefine(new CodeTokens(statement))) {
      findings.defines(TableDefinitions.PLAIN);
    }
    runs = false;
    ranTexts(new CodeTokens(statement), lexerMode, callsByName, MOST_TEXTS);
    return callsByName ? CodeReader.call(statement) : CodeReader.code(statement, CodeNames.UNKNOWN);
  }

  /**
   * Recognises tables in texts that are run as they stand there.
   *
   * @param calls whether the tokens begin with the name of a procedure that is called
   */
  private void ranTexts(CodeTokens tokens, LexerMode lexerMode, boolean calls, int depth) {
    for (int i = calls ? -1 : 0; i < tokens.size() && depth > 0; i++) {
      boolean call = i < 0 || tokens.word(i).equals("exec") || tokens.word(i).equals("execute");
      String text = call ? tokens.runText(tokens.isSign(i + 2, "=") ? i + 3 : i + 1) : null;
      if (text != null) {
        recognise(text, SqlServerSql.DIALECT, lexerMode);
        CodeTokens inner = new CodeTokens(text);
        boolean begins = inner.readable() && beginsWithProcedure(inner.all());
        ranTexts(inner, lexerMode, begins, depth - 1);
      }
    }
  }

  /** Notes databases in which a statement may run what it names: texts run where EXEC leads. */
  private void databases(List<Token> statement) {
    if (callsByName) {
      databaseOf(statement, 0);
    }
    for (int i = 0; i < statement.size(); i++) {
      Token token = statement.get(i);
      if (token.is("use") && isName(statement, i + 1)) {
        findings.mayBeOf(statement.get(i + 1).text());
      } else if (token.is("exec") || token.is("execute")) {
        boolean result = i + 2 < statement.size() && statement.get(i + 2).isSign("=");
        databaseOf(statement, result ? i + 3 : i + 1);
      }
    }
  }

  /** Notes the database in the path of a procedure, which begins there. */
  private void databaseOf(List<Token> statement, int from) {
    List<String> parts = new ArrayList<>();
    int i = from;
    while (isName(statement, i)) {
      parts.add(statement.get(i).text());
      i++;
      while (i < statement.size() && statement.get(i).isSign(".")) {
        i++;
        if (i < statement.size() && statement.get(i).isSign(".")) {
          parts.add(null);
        }
      }
      if (!statement.get(i - 1).isSign(".")) {
        break;
      }
    }
    String database = parts.size() < 3 ? null : parts.get(parts.size() - 3);
    if (database != null) {
      findings.mayBeOf(database);
    }
  }

  private static boolean isName(List<Token> statement, int i) {
    return i < statement.size() && statement.get(i).isName();
  }

  /** Notes rows that may be rolled back, which are no table's, and what an alias has changed. */
  @Override
  protected void conversions(List<Token> statement) {
    callsByName = !begun && beginsWithProcedure(statement);
    begun = true;
    AliasedTarget.note(statement, findings);
    databases(statement);
    for (Token token : statement) {
      boolean word = token.type() == Token.Type.WORD;
      if (word && CodeSources.isUnsettled(token.text().toLowerCase(Locale.ROOT))) {
        findings.calls(SqlServerSql.UNSETTLED);
      }
    }
  }

  private static boolean beginsWithProcedure(List<Token> statement) {
    boolean label = statement.size() > 1 && statement.get(1).isSign(":");
    return !statement.isEmpty() && !label && CodeReader.mayNameProcedure(statement.get(0));
  }

  @Override
  protected void notUnderstood(List<Token> statement) {
    if (callsByName && !callsByName(new TokenCursor(statement))) {
      return;
    }
    runs = false;
    for (int i = 0; i < statement.size(); i++) {
      if (mayDefine(statement, i)) {
        runs = false;
        return;
      }
      runs |= runs(statement, i);
    }
    if (!runs) {
      findings.defines(TableDefinitions.PLAIN); // procedures that it calls are judged by their code
    }
  }

  /** True if something may be defined, by a text that is run as well. */
  private static boolean mayDefine(CodeTokens tokens) {
    if (!tokens.readable()) {
      return true;
    }
    List<Token> all = tokens.all();
    for (int i = 0; i < all.size(); i++) {
      String run = runs(all, i) ? tokens.runText(i + 1) : "";
      if (mayDefine(all, i) || run == null || mayDefine(run)) {
        return true;
      }
    }
    return false;
  }

  private static boolean mayDefine(String run) {
    if (run.isEmpty()) {
      return false;
    }
    CodeTokens tokens = new CodeTokens(run);
    boolean call = tokens.readable() && beginsWithProcedure(tokens.all());
    return mayDefine(tokens) || (call && !callsByName(new TokenCursor(tokens.all())));
  }

  private static boolean mayDefine(List<Token> statement, int i) {
    Token token = statement.get(i);
    if (token.type() != Token.Type.WORD) {
      return false;
    }
    String word = token.text().toLowerCase(Locale.ROOT);
    return switch (word) {
      case "into" ->
          i == 0 || !statement.get(i - 1).is("insert") && !statement.get(i - 1).is("merge");
      default -> DEFINING.contains(word);
    };
  }

  /** True if a text is run there, or a procedure that is in no catalogue. */
  private static boolean runs(List<Token> statement, int i) {
    Token token = statement.get(i);
    return (token.is("exec") || token.is("execute"))
        && !callsByName(new TokenCursor(statement.subList(i + 1, statement.size())));
  }

  /** True if EXEC is followed by the name of a procedure that may be in a catalogue. */
  private static boolean callsByName(TokenCursor cursor) {
    if (cursor.token().text().startsWith("@") && cursor.ahead(1).isSign("=")) {
      cursor.advance();
      cursor.advance();
    }
    boolean name = cursor.token().isName() && !SqlServerSyntax.isKeyword(cursor.keyword());
    if (!name || cursor.token().text().startsWith("@")) {
      return false;
    }
    TableName procedure = cursor.tableName();
    return procedure != null && !isOfServer(procedure);
  }

  /** Procedures that it calls are to be known. */
  @Override
  protected boolean computes(List<Token> statement) {
    return callsByName
        || statement.stream().anyMatch(token -> token.is("exec") || token.is("execute"));
  }

  @Override
  protected void other(TokenCursor cursor) {
    if (cursor.token().is("exec") || cursor.token().is("execute")) {
      cursor.advance();
      execute(cursor);
      return;
    }
    if (callsByName) {
      execute(cursor);
      return;
    }
    if (isOfTemporaryTable(cursor)) {
      findings.kind(StatementClass.SESSION);
      return;
    }
    if (new RowlessStatements(cursor.rest()).areAll()) {
      findings.kind(StatementClass.TRANSACTION);
      findings.kind(StatementClass.SESSION);
      return;
    }
    boolean named = cursor.ahead(1).is("tran") || cursor.ahead(1).is("transaction");
    boolean transaction =
        switch (cursor.keyword()) {
          case "begin", "save" -> named;
          case "commit", "rollback" ->
              named || cursor.ahead(1).is("work") || cursor.rest().size() == 1;
          default -> false;
        };
    if (transaction && cursor.rest().size() <= LONGEST_TRANSACTION) {
      findings.kind(StatementClass.TRANSACTION);
    } else {
      findings.uncertain(StatementClass.UNKNOWN);
    }
  }

  /**
   * True if a table is made or dropped that the session alone sees, and that nothing else is named
   * with: it is no write.
   */
  private static boolean isOfTemporaryTable(TokenCursor cursor) {
    boolean verb = cursor.token().is("create") || cursor.token().is("drop");
    if (!verb || !cursor.ahead(1).is("table")) {
      return false;
    }
    List<Token> rest = cursor.rest();
    boolean drops = cursor.token().is("drop");
    int name = drops && rest.size() > 4 && rest.get(2).is("if") && rest.get(3).is("exists") ? 4 : 2;
    return rest.size() > name
        && isTemporary(rest.get(name))
        && rest.stream()
            .skip(name + 1L)
            .allMatch(
                token -> drops ? isTemporary(token) || token.isSign(",") : mayDescribe(token));
  }

  private static boolean isTemporary(Token token) {
    return token.isName() && token.text().startsWith("#") && !token.text().startsWith("##");
  }

  /** True for what a column may be described by; not for another table, or another statement. */
  private static boolean mayDescribe(Token token) {
    return switch (token.type()) {
      case WORD ->
          !SqlServerSyntax.isKeyword(token.text().toLowerCase(Locale.ROOT))
              || COLUMN_WORDS.contains(token.text().toLowerCase(Locale.ROOT));
      case SIGN -> token.isSign("(") || token.isSign(")") || token.isSign(",");
      default -> true;
    };
  }

  /**
   * Reads the call of a procedure, behind EXEC. The server's own do more than a catalogue knows,
   * and so does who runs a text.
   */
  private void execute(TokenCursor cursor) {
    if (cursor.token().text().startsWith("@") && cursor.ahead(1).isSign("=")) {
      cursor.advance();
      cursor.advance();
    }
    boolean variable = cursor.token().text().startsWith("@");
    boolean word = SqlServerSyntax.isKeyword(cursor.keyword());
    TableName name = variable || word ? null : cursor.tableName();
    if (name == null || isOfServer(name) || !arguments(cursor)) {
      findings.uncertain(StatementClass.UNKNOWN);
      return;
    }
    findings.kind(StatementClass.CALL);
    findings.calls(new FunctionName(name.schema(), FoldedName.of(name.table())));
  }

  private static boolean isOfServer(TableName name) {
    String schema = name.schema() == null ? null : FoldedName.of(name.schema());
    return name.database() != null
        || SystemProcedures.isOfServer(schema, FoldedName.of(name.table()));
  }

  /** True if constants and variables follow, up to the end. */
  private static boolean arguments(TokenCursor cursor) {
    boolean more = !cursor.atEnd();
    while (more) {
      if (cursor.token().text().startsWith("@") && cursor.ahead(1).isSign("=")) {
        cursor.advance();
        cursor.advance();
      }
      boolean signed = cursor.acceptSign("-") || cursor.acceptSign("+");
      Token value = cursor.token();
      boolean constant =
          switch (value.type()) {
            case STRING, NUMBER, PARAMETER -> true;
            case WORD -> !signed && !SqlServerSyntax.isKeyword(cursor.keyword());
            default -> false;
          };
      if (!constant || cursor.atEnd()) {
        return false;
      }
      cursor.advance();
      if (!cursor.accept("output")) {
        cursor.accept("out");
      }
      more = cursor.acceptSign(",");
    }
    return cursor.atEnd();
  }
}
