package dev.lockstep.traffic;

import dev.lockstep.plan.ChangeKind;
import dev.lockstep.plan.Milestone;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A scenario put together from values. Everything but the kind, the plan and the plain form has a usual value. */
record Story(
        ChangeKind kind,
        String variant,
        String schema,
        String plan,
        Code before,
        Map<Milestone, Code> deployed,
        Map<Milestone, Errand> errands,
        Code after,
        String plain,
        Optional<String> lastOfOld,
        String remains,
        List<String> differences,
        boolean freshRowsAgree,
        Optional<String> kept,
        String madeGood)
        implements Scenario {
    Story {
        deployed = Map.copyOf(deployed);
        errands = Map.copyOf(errands);
        differences = List.copyOf(differences);
    }

    /**
     * On accounts and purchases, with code that does not change.
     *
     * @param plan what stands in {@code spec.changes}, one line for each
     */
    static Story of(ChangeKind kind, String plan, String plain) {
        return new Story(
                kind,
                "",
                Accounts.SCHEMA,
                "changes:\n" + plan.indent(2),
                Accounts.CODE,
                Map.of(),
                Map.of(),
                Accounts.CODE,
                plain,
                Optional.empty(),
                "",
                List.of(),
                true,
                Optional.empty(),
                "");
    }

    Story variant(String special) {
        return new Story(
                kind,
                special,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** Another key of the plan's {@code spec}. */
    Story planned(String key) {
        return new Story(
                kind,
                variant,
                schema,
                plan + key + "\n",
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** More in the database before. */
    Story on(String more) {
        return new Story(
                kind,
                variant,
                schema + more,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** This code before the plan, and without any other version also after it. */
    Story by(Code code) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                code,
                deployed,
                errands,
                code,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** This code once the plan is through. */
    Story then(Code code) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                code,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** This code at the milestone, and after the plan. */
    Story at(Milestone milestone, Code code) {
        Map<Milestone, Code> more = new java.util.EnumMap<>(Milestone.class);
        more.putAll(deployed);
        more.put(milestone, code);
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                more,
                errands,
                code,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** What the owner does once code of the milestone runs. */
    Story errand(Milestone milestone, Errand errand) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                Map.of(milestone, errand),
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** The old shape is gone with the step of this name, although that can be taken back. */
    Story oldEndsWith(String step) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                Optional.of(step),
                remains,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** A rollback leaves what this makes. */
    Story leaving(String sql) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                sql,
                differences,
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** What a rollback leaves is taken away by this, so that the next run has everything to do again. */
    Story madeGoodBy(String sql) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                kept,
                sql);
    }

    /** This query must find nothing while both shapes are complete. */
    Story never(String query) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                List.of(query),
                freshRowsAgree,
                kept,
                madeGood);
    }

    /** The application keeps the shapes equal, and the database does not. */
    Story syncedByApplication() {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                false,
                kept,
                madeGood);
    }

    /** The plan keeps the values of this fact when it drops them. */
    Story keeping(String fact) {
        return new Story(
                kind,
                variant,
                schema,
                plan,
                before,
                deployed,
                errands,
                after,
                plain,
                lastOfOld,
                remains,
                differences,
                freshRowsAgree,
                Optional.of(fact),
                madeGood);
    }

    @Override
    public String toString() {
        return title();
    }
}
