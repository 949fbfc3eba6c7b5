package dev.heimdall.manager.metrics;

import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what requests are answered with. Thread-safe. */
public final class Requests {
  /** Endpoint, by the clients that it serves. */
  public enum Endpoint {
    REST,
    PAGES,
    REPORTS;

    String spelling() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Classes of status codes; there are no others. */
  enum Outcome {
    GOOD("2xx"),
    ELSEWHERE("3xx"),
    REFUSED("4xx"),
    FAILED("5xx");

    private final String spelling;

    Outcome(String spelling) {
      this.spelling = spelling;
    }

    String spelling() {
      return spelling;
    }

    static Outcome of(int status) {
      return values()[status / 100 - 2];
    }
  }

  private final AtomicLongArray counts =
      new AtomicLongArray(Endpoint.values().length * Outcome.values().length);

  private static int place(Endpoint endpoint, Outcome outcome) {
    return endpoint.ordinal() * Outcome.values().length + outcome.ordinal();
  }

  long answered(Endpoint endpoint, Outcome outcome) {
    return counts.get(place(endpoint, outcome));
  }

  private void count(Endpoint endpoint, int status) {
    counts.incrementAndGet(place(endpoint, Outcome.of(status)));
  }

  /** Wraps a site to count its requests. */
  public Site through(Endpoint endpoint, Site site) {
    return new Site() {
      @Override
      public boolean isReachedFromElsewhere(String path) {
        return site.isReachedFromElsewhere(path);
      }

      @Override
      public Admission admit(Request request) throws Refusal {
        try {
          Admission admission = site.admit(request);
          return new Admission(
              admission.largestBody(), whole -> counted(endpoint, admission.work(), whole));
        } catch (Refusal e) {
          count(endpoint, e.status());
          throw e;
        }
      }
    };
  }

  private Answer counted(Endpoint endpoint, Site.Work work, Request whole) throws Refusal {
    try {
      Answer answer = work.answer(whole);
      count(endpoint, answer.status());
      return answer;
    } catch (Refusal e) {
      count(endpoint, e.status());
      throw e;
    }
  }
}
