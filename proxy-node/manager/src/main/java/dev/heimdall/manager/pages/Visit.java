package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A request for a page by a user who may see it, and what pages are made with. */
public final class Visit {
  /** Components that make pages. */
  record Maker(Shells shells, Templates templates, MaskedText masks, Supplier<String> ids) {}

  private final Request request;
  private final List<String> parts;
  private final Map<String, String> form;
  private final Session session;
  private final Maker maker;
  private final List<Asset> assets;

  Visit(
      Request request,
      List<String> parts,
      Map<String, String> form,
      Session session,
      Maker maker,
      List<Asset> assets) {
    this.request = request;
    this.parts = parts;
    this.form = form;
    this.session = session;
    this.maker = maker;
    this.assets = assets;
  }

  Session session() {
    return session;
  }

  Map<String, String> form() {
    return form;
  }

  /** With its headers and its query. */
  public Request request() {
    return request;
  }

  /** Value of a variable segment of the path. */
  public String part(int index) {
    return parts.get(index);
  }

  /** A field of the form; of several by one name the first. Empty: there is none. */
  public Optional<String> field(String name) {
    return Optional.ofNullable(form.get(name));
  }

  /** All fields of the form. */
  public Map<String, String> fields() {
    return Map.copyOf(form);
  }

  /** True if a part of the page is wanted, by a script, not the page. */
  public boolean wantsPart() {
    return request.header("HX-Request").isPresent();
  }

  /** User of the session. */
  public String user() {
    return session.user();
  }

  /** True if he has this permission. */
  public boolean may(Permission permission) {
    return session.may(permission);
  }

  /** As the one who changes something. */
  public Author author(String comment) {
    return new Author(session.user(), request.from().getHostAddress(), comment);
  }

  /** Has the next page say this. */
  public void tell(String words) {
    session.tell(words);
  }

  /** Has the next page report a change of the configuration: the page shows which nodes run it. */
  public void tellOfCommit(String words) {
    session.tellOfCommit(words);
  }

  /** Value of this type in the session; a session keeps one of each, until it ends. */
  public <T> Optional<T> kept(Class<T> type) {
    return session.kept(type);
  }

  /** Has the session keep it in the place of what it had. It is in memory: mind its size. */
  public <T> void keep(Class<T> type, T value) {
    session.keep(type, Optional.of(value));
  }

  /** Has the session forget what it keeps of this type. */
  public <T> void drop(Class<T> type) {
    session.keep(type, Optional.empty());
  }

  /** A page by a template, which gets {@code shell} besides the parameters. */
  public Answer page(int status, String template, String title, Map<String, Object> parameters) {
    Map<String, Object> all = new HashMap<>(parameters);
    all.put("shell", maker.shells().of(title, session, assets));
    return maker.templates().page(status, template, all);
  }

  /** A part of a page by a template, which gets the parameters alone. */
  public Answer part(int status, String template, Map<String, Object> parameters) {
    return maker.templates().page(status, template, parameters);
  }

  /** Token that forms within a part of a page have to show as {@code csrf}. */
  public String csrf() {
    return session.csrf();
  }

  /** Masks that hide the secrets of documents. */
  public MaskedText masks() {
    return maker.masks();
  }

  /** Sends the browser there, with GET. */
  public Answer see(String path) {
    return Templates.see(path);
  }

  /**
   * Keeps a change of a document as the session's draft, in the place of the one it had, and goes
   * to where it is looked over, given a reason and made.
   *
   * @param over the version that was changed; empty: there is none
   * @param text empty: the document is to be deleted
   * @throws Refusal if the document cannot be shown there, as it is no JSON
   */
  public Answer review(String document, Optional<String> over, Optional<String> text)
      throws Refusal {
    return review(document, over, text, Links.DRAFT_EDITOR);
  }

  /**
   * Keeps a change as the session's draft and opens its review, for a change that is edited by
   * pages of its own.
   *
   * @param editor where one goes back to it, and when it is made
   */
  public Answer review(String document, Optional<String> over, Optional<String> text, String editor)
      throws Refusal {
    if (text.isPresent() && maker.masks().mask(document, text.get()).isEmpty()) {
      throw new Refusal(400, "bad_request", "This is no JSON.");
    }
    session.draft(Optional.of(new Draft(maker.ids().get(), document, over, text, editor)));
    return Templates.see(Links.DRAFT);
  }
}
