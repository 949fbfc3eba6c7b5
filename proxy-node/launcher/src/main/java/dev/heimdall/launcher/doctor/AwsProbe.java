package dev.heimdall.launcher.doctor;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.SignedCalls;
import java.util.Set;
import java.util.regex.Pattern;

/** Puts a question to AWS, and says what is missing where it is not answered. */
final class AwsProbe {
  /**
   * S3 and Secrets Manager decrypt with the caller's permission, and are asked for something else.
   */
  private static final Pattern ABOUT_A_KEY = Pattern.compile("(?i)\\bkms\\b");

  private final SignedCalls calls;
  private final MachineLocation here;

  AwsProbe(SignedCalls calls, MachineLocation here) {
    this.calls = calls;
    this.here = here;
  }

  SignedCalls calls() {
    return calls;
  }

  /** Checks that a call would be allowed: an answer that something else is wrong is as good. */
  Check.Outcome allowed(AwsQuestion question, String resource) {
    return look(question, resource, Set.of(), true);
  }

  /** Checks that a call is done, or rejected with one of these codes. */
  Check.Outcome done(AwsQuestion question, String resource, String... codes) {
    return look(question, resource, Set.of(codes), false);
  }

  private Check.Outcome look(
      AwsQuestion question, String resource, Set<String> codes, boolean anyCode) {
    try {
      calls.checkCredentials();
    } catch (AwsCallException e) {
      return knock(question, e);
    }
    try {
      calls.ask(question);
      return reached(question);
    } catch (AwsCallException e) {
      boolean good = anyCode ? !e.code().isEmpty() : codes.contains(e.code());
      return switch (e.kind()) {
        // It was about to do what it was asked.
        case THROTTLED -> reached(question);
        case REFUSED ->
            good ? reached(question) : new Check.Outcome(State.FAILED, about(e, resource));
        default -> outcome(question, resource, e);
      };
    }
  }

  /** Meaning of a missing answer. */
  Check.Outcome outcome(AwsQuestion question, String resource, AwsCallException e) {
    return switch (e.kind()) {
      case DENIED -> new Check.Outcome(State.DENIED, denied(question, resource, e));
      case NO_CREDENTIALS, CREDENTIALS_REFUSED ->
          new Check.Outcome(State.NO_CREDENTIALS, e.getMessage());
      case TIMED_OUT -> new Check.Outcome(State.TIMED_OUT, away(question, e));
      case UNREACHABLE -> new Check.Outcome(State.UNREACHABLE, away(question, e));
      case THROTTLED, REFUSED -> new Check.Outcome(State.FAILED, about(e, resource));
    };
  }

  private static String about(AwsCallException e, String resource) {
    return resource.isEmpty() ? e.getMessage() : resource + ": " + e.getMessage();
  }

  private String denied(AwsQuestion question, String resource, AwsCallException e) {
    if (resource.isEmpty()) {
      return e.getMessage() + toWhom();
    }
    return ABOUT_A_KEY.matcher(e.said()).find()
        ? "the permission kms:Decrypt on the key of %s is missing (%s)"
                .formatted(resource, e.said())
            + toWhom()
        : "the permission %s on %s is missing (%s)".formatted(question.action(), resource, e.said())
            + toWhom();
  }

  private String toWhom() {
    return here.role().map(role -> ": the role " + role + " has to have it").orElse("");
  }

  private String away(AwsQuestion question, AwsCallException e) {
    return e.getMessage() + here.wayTo(question.service());
  }

  /** Without credentials there still is the way to look at. */
  private Check.Outcome knock(AwsQuestion question, AwsCallException without) {
    try {
      calls.knock(question);
      throw new AssertionError("somebody who knocks is let in");
    } catch (AwsCallException e) {
      if (e.reached()) {
        return new Check.Outcome(
            State.NO_CREDENTIALS,
            calls.endpoint(question.service()) + " answers, but " + without.getMessage());
      }
      return new Check.Outcome(
          e.kind() == AwsCallException.Kind.TIMED_OUT ? State.TIMED_OUT : State.UNREACHABLE,
          away(question, e));
    }
  }

  private Check.Outcome reached(AwsQuestion question) {
    return Check.Outcome.ok(calls.endpoint(question.service()).toString());
  }
}
