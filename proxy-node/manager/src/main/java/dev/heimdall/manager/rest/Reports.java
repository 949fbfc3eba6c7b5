package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.Conflict;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.history.Comparison;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.StoreException;
import java.util.List;

/** Results of editing, in JSON. */
public final class Reports {
  /** Shape of {@link #problems}. */
  public static final Shape PROBLEMS =
      Shape.list(
          "What is wrong; of more than 100 problems the first.",
          Shape.object()
              .with("document", Shape.text("Empty: none alone."))
              .maybe("line", Shape.count("From 1."))
              .maybe("column", Shape.count("From 1."))
              .with("path", Shape.text("Such as $.pool.size; empty for those that are not listed."))
              .with("got", Shape.text("What stands there."))
              .with("expected", Shape.text(""))
              .maybe("suggestion", Shape.text("What was meant, perhaps."))
              .with("message", Shape.text("All of it, for people.")));

  /** Shape of {@link #values}. */
  public static final Shape VALUES =
      Shape.list(
          "Values that differ, without secrets.",
          Shape.object()
              .with("path", Shape.text("Such as $.pool.size."))
              .with("before", Shape.text("As JSON; null: nothing.").orNull())
              .with("after", Shape.text("As JSON; null: nothing.").orNull()));

  private static final Shape VERSION = Shape.text("Null: there is no such document.").orNull();

  /** Shape of rejections. */
  static final Shape ERROR =
      Shape.object()
          .with("status", Shape.count("That of HTTP."))
          .with("code", Shape.text("A word for programs."))
          .with("message", Shape.text("For people."))
          .maybe("problems", PROBLEMS)
          .maybe(
              "conflicts",
              Shape.list(
                  "Documents that someone else has changed meanwhile.",
                  Shape.object()
                      .with("document", Shape.text(""))
                      .with("over", VERSION)
                      .with("now", VERSION)))
          .maybe(
              "written", Shape.list("Documents that were written all the same.", Shape.text("")));

  private Reports() {}

  /**
   * Each with its document, path and what is expected. One without a path stands for problems that
   * are counted and not listed.
   */
  public static ArrayNode problems(List<Problem> problems) {
    ArrayNode all = Answer.JSON.createArrayNode();
    for (Problem problem : problems) {
      ObjectNode one = all.addObject().put("document", problem.file());
      if (problem.line() > 0) {
        one.put("line", problem.line()).put("column", problem.column());
      }
      one.put("path", problem.path()).put("got", problem.got()).put("expected", problem.expected());
      problem.suggestion().ifPresent(suggestion -> one.put("suggestion", suggestion));
      one.put("message", problem.toString());
    }
    return all;
  }

  /** Values that differ, each with its path. */
  public static ArrayNode values(List<Comparison.Value> values) {
    ArrayNode all = Answer.JSON.createArrayNode();
    for (Comparison.Value value : values) {
      all.addObject()
          .put("path", value.path())
          .put("before", value.before().orElse(null))
          .put("after", value.after().orElse(null));
    }
    return all;
  }

  private static ArrayNode conflicts(List<Conflict> conflicts) {
    ArrayNode all = Answer.JSON.createArrayNode();
    for (Conflict conflict : conflicts) {
      all.addObject()
          .put("document", conflict.document())
          .put("over", conflict.over().orElse(null))
          .put("now", conflict.now().orElse(null));
    }
    return all;
  }

  private static ArrayNode names(List<String> names) {
    ArrayNode all = Answer.JSON.createArrayNode();
    names.forEach(all::add);
    return all;
  }

  static Refusal refusal(EditRefused refused) {
    if (refused instanceof EditRefused.Outdated outdated) {
      return new Refusal(412, "conflict", outdated.getMessage())
          .with("conflicts", conflicts(outdated.conflicts()))
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
