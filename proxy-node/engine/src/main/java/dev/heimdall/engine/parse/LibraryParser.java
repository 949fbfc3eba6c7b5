package dev.heimdall.engine.parse;

import dev.heimdall.engine.sql.Dialect;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import java.time.Duration;
import java.util.List;
import net.sf.jsqlparser.parser.CCJSqlParser;
import net.sf.jsqlparser.parser.CCJSqlParserUtil;
import net.sf.jsqlparser.parser.ParseException;
import net.sf.jsqlparser.statement.Statement;

/**
 * Queries and changes of rows, read by JSqlParser and checked against the tokens. The library is
 * given a text that is written anew from our tokens, so that it cannot see another literal, comment
 * or quoted name than we do.
 */
final class LibraryParser {
  /** How long the library may take for one statement. */
  static final Duration PATIENCE = Duration.ofMillis(500);

  /** Brackets and CASEs inside one another; the library takes more than linear time for them. */
  private static final int DEEPEST = 40;

  private final SyntaxTree tree = new SyntaxTree();

  void read(Dialect dialect, List<Token> tokens, Findings findings) {
    Statement statement = depth(tokens) > DEEPEST ? null : parsed(LibraryText.of(dialect, tokens));
    SyntaxTree.Names names = statement == null ? null : tree.read(statement, dialect);
    List<FunctionName> calls = Functions.in(tokens);
    if (names == null || !names.certain()) {
      calls.forEach(findings::calls);
      findings.uncertain(StatementClass.UNKNOWN);
    } else {
      names.reads().forEach(findings::reads);
      names.writes().forEach(findings::writes);
      names.functions().forEach(findings::calls);
      calls.stream()
          .filter(call -> !(call.schema() == null && names.others().contains(call.name())))
          .forEach(findings::calls);
      findings.kind(names.kind());
      changes(tokens, findings);
      if (!new TokenWitness(dialect, tokens).agrees(names)) {
        findings.uncertain(StatementClass.UNKNOWN);
      }
    }
    if (TokenWitness.locks(tokens, dialect)) {
      findings.locks();
    }
  }

  /** How rows may be changed: by every word that could say so, wherever it stands. */
  private static void changes(List<Token> tokens, Findings findings) {
    Token before = null;
    for (Token token : tokens) {
      boolean locks = before != null && (before.is("for") || before.is("key"));
      if (token.is("insert") || token.is("into")) {
        findings.changes(RowChange.INSERT);
      } else if (token.is("update") && !locks) {
        findings.changes(RowChange.UPDATE);
      } else if (token.is("delete")) {
        findings.changes(RowChange.DELETE);
      } else if (token.is("replace") || token.is("upsert")) {
        findings.changes(RowChange.INSERT);
        findings.changes(RowChange.UPDATE);
        findings.changes(RowChange.DELETE);
      }
      before = token;
    }
  }

  private static Statement parsed(String text) {
    CCJSqlParser parser = CCJSqlParserUtil.newParser(text).withAllowComplexParsing(true);
    try {
      return parser.Statement();
    } catch (ParseException | RuntimeException | Error notUnderstood) {
      if (notUnderstood instanceof VirtualMachineError
          && !(notUnderstood instanceof StackOverflowError)) {
        throw (VirtualMachineError) notUnderstood;
      }
      return null;
    }
  }

  private static int depth(List<Token> tokens) {
    int depth = 0;
    int deepest = 0;
    for (Token token : tokens) {
      if (token.isSign("(") || token.isSign("[") || token.is("case")) {
        depth++;
        deepest = Math.max(deepest, depth);
      } else if (token.isSign(")") || token.isSign("]") || token.is("end")) {
        depth--;
      }
    }
    return deepest;
  }
}
