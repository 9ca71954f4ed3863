namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>How a customer stands at the end of a day, by what was known then.</summary>
/// <param name="Since">The first day of the run of terms that is not broken.</param>
/// <param name="Until">The day on which that run ends or is to be renewed.</param>
/// <param name="Known">How many of the terms were known and had begun.</param>
internal readonly record struct Standing(int Since, int Until, int Known)
{
    /// <summary>How a customer stands.</summary>
    /// <param name="terms">By their first day.</param>
    /// <param name="day">The day; terms that became known later are not looked at, and none that begin after a break later than it.</param>
    /// <param name="grace">So many days after its end a term is not renewed any more.</param>
    /// <returns>The standing, or null when no term had begun.</returns>
    public static Standing? At(ReadOnlySpan<Term> terms, int day, int grace)
    {
        int since = 0, until = 0, known = 0;
        foreach (var term in terms)
        {
            if (term.Recorded > day)
            {
                continue;
            }

            if (known > 0 && term.Start <= until + grace)
            {
                until = Math.Max(until, term.End);
            }
            else if (term.Start <= day)
            {
                (since, until) = (term.Start, term.End);
            }
            else
            {
                continue;
            }

            known++;
        }

        return known == 0 ? null : new Standing(since, until, known);
    }

    /// <summary>Whether the run was broken by a day: it ended so long ago that it is not renewed any more.</summary>
    /// <param name="day">The day.</param>
    /// <param name="grace">So many days after its end a term is not renewed any more.</param>
    public bool IsOver(int day, int grace) => day > Until + grace;

    /// <summary>Whether the run that a customer was in is not renewed within the grace after an end that comes until a day.</summary>
    /// <param name="terms">By their first day, those that became known later among them.</param>
    /// <param name="end">The last day on which the end may come.</param>
    /// <param name="grace">So many days after its end a term is not renewed any more.</param>
    public bool Ends(ReadOnlySpan<Term> terms, int end, int grace)
    {
        var until = Until;
        foreach (var term in terms)
        {
            if (term.Start > until + grace)
            {
                break;
            }

            if (term.Start >= Since)
            {
                until = Math.Max(until, term.End);
            }
        }

        return until <= end;
    }
}
