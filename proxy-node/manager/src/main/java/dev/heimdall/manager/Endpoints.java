package dev.heimdall.manager;

import dev.heimdall.manager.fleet.ReportSite;
import dev.heimdall.manager.metrics.ManagerMetrics;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.manager.web.Site;

/**
 * Programs come in by REST, with a password each time; people by pages, with a session; nodes with
 * signed reports.
 */
record Endpoints(Site rest, Site pages, Site reports) implements Site {
  @Override
  public boolean isReachedFromElsewhere(String path) {
    return pages.isReachedFromElsewhere(path);
  }

  @Override
  public boolean isReport(String path) {
    return ReportSite.takes(path);
  }

  @Override
  public Admission admit(Request request) throws Refusal {
    String path = request.path();
    if (isReport(path)) {
      return reports.admit(request);
    }
    boolean browser =
        request.header("Accept").filter(types -> types.contains("text/html")).isPresent();
    // A program that has lost its way is told so, in its terms.
    boolean program =
        path.startsWith("/api/")
            || path.equals("/version")
            || path.equals(ManagerMetrics.PATH)
            || !browser && request.header("Authorization").isPresent();
    return (program ? rest : pages).admit(request);
  }
}
