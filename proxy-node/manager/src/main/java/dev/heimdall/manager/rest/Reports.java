package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.heimdall.manager.edit.Conflict;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Optional;

/** Results of editing, in JSON. */
public final class Reports {
  private static final Fields<Problem> PROBLEM =
      Fields.<Problem>of()
          .with("document", Shape.text("Empty: none alone."), Problem::file)
          .maybe("line", Shape.count("From 1."), problem -> place(problem, problem.line()))
          .maybe("column", Shape.count("From 1."), problem -> place(problem, problem.column()))
          .with(
              "path",
              Shape.text("Such as $.pool.size; empty for those that are not listed."),
              Problem::path)
          .with("got", Shape.text("What stands there."), Problem::got)
          .with("expected", Shape.text(""), Problem::expected)
          .maybe("suggestion", Shape.text("What was meant, perhaps."), Problem::suggestion)
          .with("message", Shape.text("All of it, for people."), Problem::toString);
  private static final Fields<Comparison.Value> VALUE =
      Fields.<Comparison.Value>of()
          .with("path", Shape.text("Such as $.pool.size."), Comparison.Value::path)
          .with("before", Shape.text("As JSON; null: nothing.").orNull(), Comparison.Value::before)
          .with("after", Shape.text("As JSON; null: nothing.").orNull(), Comparison.Value::after);
  private static final Shape VERSION = Shape.text("Null: there is no such document.").orNull();
  private static final Fields<Conflict> CONFLICT =
      Fields.<Conflict>of()
          .with("document", Shape.text(""), Conflict::document)
          .with("over", VERSION, Conflict::over)
          .with("now", VERSION, Conflict::now);

  /** Shape of {@link #problems}. */
  public static final Shape PROBLEMS =
      Shape.list("What is wrong; of more than 100 problems the first.", PROBLEM.shape());

  /** Shape of {@link #values}. */
  public static final Shape VALUES =
      Shape.list("Values that differ, without secrets.", VALUE.shape());

  /** Shape of rejections. */
  static final Shape ERROR =
      Shape.object()
          .with("status", Shape.count("That of HTTP."))
          .with("code", Shape.text("A word for programs."))
          .with("message", Shape.text("For people."))
          .maybe("problems", PROBLEMS)
          .maybe(
              "conflicts",
              Shape.list("Documents that someone else has changed meanwhile.", CONFLICT.shape()))
          .maybe(
              "written", Shape.list("Documents that were written all the same.", Shape.text("")));

  private Reports() {}

  /**
   * Each with its document, path and what is expected. One without a path stands for problems that
   * are counted and not listed.
   */
  public static ArrayNode problems(List<Problem> problems) {
    return PROBLEM.all(problems);
  }

  /** Place of a problem in its document, where that is known. */
  private static Optional<Integer> place(Problem problem, int number) {
    return problem.line() > 0 ? Optional.of(number) : Optional.empty();
  }

  /** Values that differ, each with its path. */
  public static ArrayNode values(List<Comparison.Value> values) {
    return VALUE.all(values);
  }

  private static ArrayNode names(List<String> names) {
    ArrayNode all = Answer.JSON.createArrayNode();
    names.forEach(all::add);
    return all;
  }

  static Refusal refusal(EditRefused refused) {
    if (refused instanceof EditRefused.Outdated outdated) {
      return new Refusal(412, "conflict", outdated.getMessage())
          .with("conflicts", CONFLICT.all(outdated.conflicts()))
          .with("written", names(outdated.written()));
    }
    if (refused instanceof EditRefused.Wrong wrong) {
      return new Refusal(422, "wrong_configuration", wrong.getMessage())
          .with("problems", problems(wrong.problems()));
    }
    if (refused instanceof EditRefused.Forgotten) {
      return new Refusal(410, "forgotten", refused.getMessage());
    }
    return Refusal.busy(refused.getMessage());
  }

  /** Masks that stand for nothing. */
  public static Refusal refusal(MaskedText.Lost lost) {
    return new Refusal(422, "lost_secret", lost.getMessage())
        .with("problems", problems(lost.problems()));
  }

  static Refusal refusal(StoreException failure) {
    return switch (failure.kind()) {
      case OVERSIZED -> new Refusal(413, "content_too_large", failure.getMessage());
      case CONFLICT ->
          new Refusal(412, "conflict", failure.getMessage())
              .with("conflicts", Answer.JSON.createArrayNode())
              .with("written", names(failure.written()));
      case DENIED, NO_CREDENTIALS, THROTTLED, MISSING, UNREACHABLE, CORRUPT ->
          new Refusal(503, "store_unavailable", failure.getMessage())
              .with("written", names(failure.written()))
              .header("Retry-After", Refusal.RETRY_SECONDS);
    };
  }
}
