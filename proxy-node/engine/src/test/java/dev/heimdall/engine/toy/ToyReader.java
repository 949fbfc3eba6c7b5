package dev.heimdall.engine.toy;

import dev.heimdall.engine.parse.Findings;
import dev.heimdall.engine.parse.QuerySyntax;
import dev.heimdall.engine.parse.StatementReader;
import dev.heimdall.engine.parse.TokenCursor;
import dev.heimdall.engine.sql.FunctionName;
import dev.heimdall.engine.sql.StatementClass;
import dev.heimdall.engine.sql.Token;
import java.util.List;
import java.util.Set;

/** Reads the toy's queries and changes of rows; of its other statements nothing is known. */
final class ToyReader extends StatementReader {
  ToyReader(Findings findings) {
    super(new Syntax(), findings);
  }

  @Override
  protected void other(TokenCursor cursor) {
    findings.uncertain(StatementClass.UNKNOWN);
  }

  private static final class Syntax implements QuerySyntax {
    private static final Set<String> RESERVED = QuerySyntax.words("select from where update set");

    @Override
    public boolean isReserved(String word) {
      return RESERVED.contains(word);
    }

    @Override
    public boolean isCalled(TokenCursor cursor) {
      return false;
    }

    @Override
    public FunctionName calledByWord(String word) {
      return null;
    }

    @Override
    public boolean selectsIntoTables() {
      return false;
    }

    @Override
    public boolean locksRows(List<Token> statement) {
      return false;
    }
  }
}
