package dev.heimdall.test.consistency;

import dev.heimdall.test.consistency.AskingClient.Answer;
import dev.heimdall.test.consistency.JudgedClient.Disagreement;
import dev.heimdall.test.fixture.Frontend;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a client does that is like many others: it reads rows that are written as its settings say,
 * and has few settings that are not the default, so that others with the same share its server
 * connection.
 */
final class AlikeSteps {
  private static final List<String> SETTINGS = List.copyOf(Renderings.SETTINGS.keySet());

  private final AskingClient session;
  private final Renderings renderings;

  AlikeSteps(AskingClient session, Renderings renderings) {
    this.session = session;
    this.renderings = renderings;
  }

  /** Reads one row, by any protocol. */
  void read() throws IOException, Disagreement {
    int id = 1 + session.random.nextInt(Renderings.ROWS);
    Answer answer;
    if (session.random.nextInt(3) == 0) {
      session.note("extended: row " + id);
      session.model.unnamed(null);
      session.client.send(
          Frontend.parse("", Renderings.question("$1::int")),
          Frontend.bind("", "", String.valueOf(id)),
          Frontend.describePortal(""),
          Frontend.execute("", 0),
          Frontend.sync());
      answer = session.answer();
    } else {
      answer = session.ask(Renderings.question(String.valueOf(id)));
    }
    session.expectSuccess(answer, "rendering");
    List<String> expected = renderings.row(id, session.model);
    if (!answer.rows().equals(List.of(expected))) {
      session.violated(
          "rendering",
          "%s differs in %s where %s was expected"
              .formatted(differing(answer.rows(), expected), answer.rows(), expected));
    }
  }

  private static List<String> differing(List<List<String>> rows, List<String> expected) {
    return IntStream.range(0, expected.size())
        .filter(i -> rows.size() != 1 || !rows.get(0).get(i).equals(expected.get(i)))
        .mapToObj(Renderings.COLUMNS::get)
        .toList();
  }

  /** Gives one setting one of a few values, or all their defaults. */
  void change() throws IOException, Disagreement {
    String setting = SETTINGS.get(session.random.nextInt(SETTINGS.size()));
    switch (session.random.nextInt(5)) {
      case 0 -> {
        session.must("RESET " + setting);
        session.model.reset(setting);
      }
      case 1, 2 -> {
        session.must("RESET ALL");
        session.model.resetAll();
      }
      default -> {
        List<String> values = Renderings.SETTINGS.get(setting);
        String value = values.get(session.random.nextInt(values.size()));
        session.must("SET %s = '%s'".formatted(setting, value));
        session.model.set(setting, value);
      }
    }
    read();
  }
}
