package dev.heimdall.test.tds;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Plans of batches in the place of their results, which scan each table that follows FROM. */
final class ShowPlans {
  private static final Pattern TABLE = Pattern.compile("(?i)(?:from|join|into|update)\\s+(\\w+)");
  private static final Pattern NUMBER = Pattern.compile("\\b\\d+\\b");

  private ShowPlans() {}

  static void send(ResultStream results, String batch) {
    List<TokenWriter.Column> columns =
        List.of(
            new TokenWriter.Column(
                "Microsoft SQL Server 2005 XML Showplan", TypeInfo.nvarchar(4000), 1));
    results.columns(columns);
    results.row(columns, new Object[] {plan(batch)});
    results.done(0xC1, 1, false);
  }

  private static String plan(String batch) {
    StringBuilder plan = new StringBuilder("<ShowPlanXML><BatchSequence><Batch><Statements>");
    plan.append("<StmtSimple StatementText=\"").append(escaped(batch)).append("\">");
    Matcher tables = TABLE.matcher(batch);
    while (tables.find()) {
      plan.append("<RelOp PhysicalOp=\"Table Scan\"><Object Database=\"[app]\" Schema=\"[dbo]\"")
          .append(" Table=\"[%s]\"/></RelOp>".formatted(tables.group(1)));
    }
    Matcher numbers = NUMBER.matcher(batch);
    while (numbers.find()) {
      plan.append(
              "<ScalarOperator ScalarString=\"[app].[dbo].[t2].[a1]=(%1$s)\">"
                  .formatted(numbers.group()))
          .append("<Const ConstValue=\"(%s)\"/></ScalarOperator>".formatted(numbers.group()));
    }
    return plan.append("</StmtSimple></Statements></Batch></BatchSequence></ShowPlanXML>")
        .toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
