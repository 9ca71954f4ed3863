namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// How the values of one column are read: by its type, and by what was settled for the column as a whole. It stays with the column, so that a value
/// that comes later is read as those of the run were.
/// </summary>
internal sealed record FieldReading(MatchFieldType Type)
{
    /// <summary>The country (ISO 3166 alpha-2) of telephone numbers that name none; null: there is none, and a number stays as it is dialled.</summary>
    internal string? Country { get; init; }

    /// <summary>The field that says in which country a record's telephone is; null when no field does.</summary>
    internal string? CountryField { get; init; }

    /// <summary>Whether the values are countries: then a name is the code that it stands for.</summary>
    internal bool HoldsCountries { get; init; }

    /// <summary>Which of day and month goes first.</summary>
    internal DateOrder Dates { get; init; } = DateOrder.Unknown;

    /// <summary>The one spelling of a value.</summary>
    /// <param name="text">As it came, without blanks around it.</param>
    /// <param name="country">What the record's <see cref="CountryField"/> says: a code or a name; empty for nothing.</param>
    internal string Normal(string text, ReadOnlySpan<char> country = default) => Type switch
    {
        MatchFieldType.Phone => Telephone.Normal(text, Countries.Code(country) ?? Country),
        MatchFieldType.Date => DateText.Normal(text, Dates),
        MatchFieldType.Category when HoldsCountries && Countries.Code(text) is { } code => FieldText.Words(code),
        _ => FieldText.Normal(text, Type),
    };
}
