package dev.heimdall.manager.problems;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.forms.DocumentForm;
import dev.heimdall.manager.forms.FormPages;
import dev.heimdall.manager.pages.Asset;
import dev.heimdall.manager.pages.Page;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;

/** {@code /problems/thresholds}: from which figures on something is wrong. */
final class ThresholdsSubject implements Subject {
  private static final String PATH = "/problems/thresholds";
  private static final int BAD = 400;

  private final ThresholdSettings settings;

  ThresholdsSubject(ThresholdSettings settings) {
    this.settings = settings;
  }

  @Override
  public List<Page> pages() {
    return List.of(
        Page.get(PATH, Permission.CHANGE_CONFIGURATION, visit -> look(visit, 200, "", Map.of())),
        Page.post(PATH, Permission.CHANGE_CONFIGURATION, this::put));
  }

  @Override
  public List<Asset> assets() {
    return List.of(FormPages.FIELDS, ProblemsSubject.STYLE);
  }

  private Answer put(Visit visit) throws Refusal, StoreException {
    try {
      settings.put(ThresholdSettings.ofForm(visit.fields()), visit.author(""));
      visit.tell("These thresholds hold from now on.");
      return visit.see(PATH);
    } catch (Refusal e) {
      return look(visit, BAD, e.getMessage(), visit.fields());
    }
  }

  private Answer look(Visit visit, int status, String problem, Map<String, String> typed)
      throws Refusal, StoreException {
    return visit.page(
        status,
        "thresholds",
        "Thresholds",
        Map.of(
            "problem",
            problem,
            "fields",
            DocumentForm.of(ThresholdSettings.FIELDS, settings.written(), typed, Map.of())
                .fields()));
  }
}
