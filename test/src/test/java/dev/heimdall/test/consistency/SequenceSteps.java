package dev.heimdall.test.consistency;

import dev.heimdall.test.consistency.AskingClient.Answer;
import dev.heimdall.test.consistency.JudgedClient.Disagreement;
import dev.heimdall.test.fixture.Frontend;
import java.io.IOException;
import java.util.List;

/** What a client does with sequences: takes values, and asks for those it took. */
final class SequenceSteps {
  private static final String SERIAL = "public.iso_serial_id_seq";
  private static final List<String> SEQUENCES =
      List.of("public.iso_sequence", "public.iso_other", SERIAL);

  private final AskingClient session;

  SequenceSteps(AskingClient session) {
    this.session = session;
  }

  /**
   * A session may lose its sequence values with the end of a transaction, but must not see those of
   * another; in the transaction that took them they are there.
   */
  void step() throws IOException, Disagreement {
    String sequence = SEQUENCES.get(session.random.nextInt(SEQUENCES.size()));
    String asked =
        session.random.nextInt(3) == 0
            ? null
            : SEQUENCES.get(session.random.nextInt(SEQUENCES.size()));
    String question = askingFor(asked);
    switch (session.random.nextInt(4)) {
      case 0 -> checkSequence(asked, session.ask(question));
      case 1 -> takeAndAsk(sequence, asked, question);
      default -> {
        Answer taken = session.ask(takingFrom(sequence));
        session.expectSuccess(taken, "sequence");
        session.model.took(sequence, taken.single());
        checkSequence(asked, session.ask(question));
      }
    }
  }

  /** Both in one batch, which is a transaction. */
  private void takeAndAsk(String sequence, String asked, String question)
      throws IOException, Disagreement {
    String taking = takingFrom(sequence);
    session.note("batch of " + taking + " and " + question);
    session.model.unnamed(null);
    session.client.send(Frontend.statement(taking), Frontend.statement(question), Frontend.sync());
    Answer answer = session.answer();
    expectTaken(answer, asked == null || asked.equals(sequence));
    if (answer.rows().isEmpty()) {
      session.expectSuccess(answer, "sequence");
    }
    session.model.took(sequence, answer.rows().get(0).get(0));
    if (answer.error() != null) {
      checkSequence(asked, answer);
    } else {
      checkSequence(
          asked, new Answer(answer.rows().subList(1, 2), null, answer.status(), answer.types()));
    }
  }

  private void expectTaken(Answer answer, boolean certain) throws Disagreement {
    if (certain && answer.error() != null) {
      session.violated("sequence", "a value taken in this batch is gone: " + answer.error());
    }
  }

  private static String takingFrom(String sequence) {
    // A column's default takes the value where no statement says so.
    return sequence.equals(SERIAL)
        ? "INSERT INTO public.iso_serial DEFAULT VALUES RETURNING id"
        : "SELECT nextval('" + sequence + "')";
  }

  private String askingFor(String sequence) {
    if (sequence == null) {
      return "SELECT lastval()";
    }
    return "SELECT currval('" + sequence + (session.random.nextBoolean() ? "')" : "'::regclass)");
  }

  private void checkSequence(String asked, Answer answer) throws Disagreement {
    if (answer.error() != null) {
      if (session.model.mustKnow(asked)) {
        session.violated("sequence", asked + " was taken in this transaction: " + answer.error());
      }
      session.expectError(answer, "55000");
      session.model.forgetSequences();
    } else if (!answer.single().equals(session.model.taken(asked))) {
      session.violated(
          "sequence",
          "%s says %s where it was %s"
              .formatted(asked, answer.single(), session.model.taken(asked)));
    }
  }
}
