package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Carries out definitions of views, synonyms, functions, triggers and security policies. */
final class DefinedObjects {
  private final TdsSession session;

  DefinedObjects(TdsSession session) {
    this.session = session;
  }

  void define(Tsql.Define define) {
    Modules modules = session.server.database().modules();
    String name = Modules.last(define.name());
    List<TsqlToken> words = define.words();
    switch (define.kind()) {
      case "VIEW" -> {
        int as = index(words, 0, "AS");
        engine("CREATE OR REPLACE VIEW " + QueryRewriter.quoted(name) + " AS", words, as + 1);
        modules.put(session.database, "V", name, define.text());
      }
      case "SYNONYM" -> {
        int base = index(words, 0, "FOR");
        try {
          engine("CREATE SYNONYM " + QueryRewriter.quoted(name) + " FOR", words, base + 1);
        } catch (SqlErrorException e) {
          // The engine has none of what is no table, or is not there.
        }
        StringBuilder written = new StringBuilder();
        for (TsqlToken token : words.subList(base + 1, words.size())) {
          written.append(token.is(".") ? "." : "[" + token.text() + "]");
        }
        modules.put(
            session.database, "SN", name, define.text(), written.toString(), List.of(), false);
      }
      case "FUNCTION" -> {
        boolean table = words.stream().anyMatch(word -> word.is("TABLE"));
        modules.put(session.database, table ? "IF" : "FN", name, define.text());
      }
      case "TRIGGER" -> trigger(name, define, modules);
      default -> policy(name, words, modules);
    }
  }

  private void trigger(String name, Tsql.Define define, Modules modules) {
    List<TsqlToken> words = define.words();
    int on = index(words, 0, "ON");
    int as = index(words, on, "AS");
    List<String> events = new ArrayList<>();
    boolean instead = false;
    StringBuilder parent = new StringBuilder();
    boolean named = true;
    for (TsqlToken word : words.subList(on + 1, as)) {
      named &= !word.isAny("FOR", "AFTER", "INSTEAD", "WITH");
      parent.append(named && !word.is(".") ? word.text() + "." : "");
      instead |= word.is("INSTEAD");
      if (word.isAny("INSERT", "UPDATE", "DELETE")) {
        events.add(word.text().toUpperCase(Locale.ROOT));
      }
    }
    String table = Modules.last(parent.substring(0, parent.length() - 1));
    modules.put(session.database, "TR", name, define.text(), table, events, instead);
  }

  /** CREATE SECURITY POLICY p ADD FILTER PREDICATE f(c) ON t WITH (STATE = ON). */
  private void policy(String name, List<TsqlToken> words, Modules modules) {
    int predicate = index(words, 0, "PREDICATE");
    int on = index(words, predicate, "ON");
    StringBuilder text = new StringBuilder();
    words.subList(predicate + 1, on).forEach(word -> text.append(word.text()));
    int table = on + 1;
    while (words.size() > table + 1 && words.get(table + 1).is(".")) {
      table += 2;
    }
    modules.put(
        session.database, "SP", name, "(" + text + ")", words.get(table).text(), List.of(), false);
  }

  void drop(Tsql.DropDefinition drop) {
    Modules.Module gone = session.server.database().modules().remove(session.database, drop.name());
    if (gone == null && !drop.ifExists()) {
      throw new SqlErrorException(
          3701, 11, "Cannot drop '" + drop.name() + "', because it does not exist.");
    }
    if (gone != null && (gone.type().equals("V") || gone.type().equals("SN"))) {
      String kind = gone.type().equals("V") ? "VIEW" : "SYNONYM";
      session.execute("DROP " + kind + " IF EXISTS " + QueryRewriter.quoted(gone.name()));
    }
  }

  private void engine(String begin, List<TsqlToken> words, int from) {
    QueryRewriter rewriter = new QueryRewriter(session, new Scope("", 0));
    rewriter.raw(begin).words(words.subList(from, words.size()));
    session.execute(rewriter.sql());
  }

  private static int index(List<TsqlToken> words, int from, String word) {
    for (int i = from; i < words.size(); i++) {
      if (words.get(i).is(word)) {
        return i;
      }
    }
    throw new SqlErrorException(102, 15, "Incorrect syntax near '" + word + "'.");
  }
}
