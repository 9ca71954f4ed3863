using System.Globalization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>
/// The SDK's rules for values that cross, shared by all kinds. Every method also copies what it is given: a list of a plugin
/// may be of a plugin's type (the compiler makes one for every collection expression), and would keep it in memory.
/// </summary>
internal static class Rules
{
    internal const int MaxBatch = 10_000;
    internal const int MaxFields = 2_000;
    internal const int MaxState = 65_536;
    internal const int MaxText = 1_048_576;
    internal const int MaxReason = 1_000;
    internal const int MaxNote = 400;

    /// <summary>Copies a list of a limited length, entry by entry.</summary>
    internal static T[] Copy<T>(string what, IReadOnlyList<T>? list, int least, int most, Func<T, int, T> entry)
    {
        if (list is null)
        {
            throw new RuleBrokenException("not-null", $"{what} is null; give a list.");
        }

        var count = list.Count;
        if (count < least || count > most)
        {
            var allowed = least == most ? Invariant($"exactly {most:N0} needed") : Invariant($"{least:N0} to {most:N0} are allowed");
            throw new RuleBrokenException("count", Invariant($"{what} has {count:N0} entries; {allowed}."));
        }

        var copy = new T[count];
        for (var i = 0; i < count; i++)
        {
            copy[i] = entry(list[i] ?? throw new RuleBrokenException("not-null", Invariant($"{what}: entry {i + 1} is null.")), i);
        }

        return copy;
    }

    internal static T[] Copy<T>(string what, IReadOnlyList<T>? list, int least, int most) => Copy(what, list, least, most, static (item, _) => item);

    internal static void Unique(string what, IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw new RuleBrokenException("unique", $"{what}: '{Short(twice)}' is there twice.");
        }
    }

    internal static void Defined<T>(string what, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new RuleBrokenException("enum", $"{what} is {value}, which is not a {typeof(T).Name}.");
        }
    }

    internal static T NotNull<T>(string what, T? value)
        where T : class => value ?? throw new RuleBrokenException("not-null", $"{what} is null.");

    internal static void Require(bool holds, string rule, FormattableString message)
    {
        if (!holds)
        {
            throw new RuleBrokenException(rule, FormattableString.Invariant(message));
        }
    }

    /// <summary>Texts for people are cut, not refused: a long explanation is no reason to lose a run.</summary>
    internal static string? Note(string? text, int most = MaxNote) => text is null ? null : FailureText.Cut(text, most);

    internal static string Short(string text) => FailureText.Cut(text, 80);

    internal static FieldDescriptor[] Fields(string what, IReadOnlyList<FieldDescriptor>? fields, int least)
    {
        var copy = Copy(what, fields, least, MaxFields, (field, i) =>
        {
            Require(field.Name is { Length: >= 1 and <= 200 }, "field-name", $"{what}: field {i + 1} has a name of {field.Name?.Length ?? 0} characters; 1 to 200 are allowed.");
            Defined($"{what}: the kind of '{Short(field.Name!)}'", field.Kind);
            Require(field.Kind != FieldKind.Null, "field-kind", $"{what}: the kind of '{Short(field.Name!)}' is Null; name the kind of its values.");
            return field with { Description = Note(field.Description) };
        });
        Unique(what, copy.Select(field => field.Name));
        return copy;
    }

    /// <summary>A value of a declared kind, or null.</summary>
    internal static void Value(string what, FieldValue value, FieldKind? declared)
    {
        Defined(what, value.Kind);
        if (declared is { } kind && !value.IsNull)
        {
            Require(value.Kind == kind, "value-kind", $"{what} is {value.Kind}; it was declared as {kind}.");
        }

        if (value.Kind is FieldKind.Text or FieldKind.Json)
        {
            Require(value.AsText().Length <= MaxText, "text-length", $"{what} has {value.AsText().Length:N0} characters; at most {MaxText:N0} are allowed.");
        }
        else if (value.Kind == FieldKind.TextList)
        {
            foreach (var text in value.AsList())
            {
                Require(text is not null, "not-null", $"{what}: a text of the list is null.");
            }
        }
    }

    internal static StreamState State(string what, StreamState? state)
    {
        var given = NotNull(what, state);
        Require(given.Version >= 1, "state-version", $"{what} has version {given.Version}; versions count from 1.");
        Require(given.Utf8Json.Length is > 0 and <= MaxState, "state-size", $"{what} has {given.Utf8Json.Length:N0} bytes; 1 to {MaxState:N0} are allowed. Larger things belong in the plugin's storage.");

        // A copy: the memory may be the plugin's own, or be written to again.
        var bytes = given.Utf8Json.ToArray();
        Require(IsJson(bytes), "state-json", $"{what} is not valid JSON.");
        return given with { Utf8Json = bytes };
    }

    internal static CheckResult Check(CheckResult? result)
    {
        var items = Copy("CheckResult.Items", NotNull("The check's result", result).Items, 1, 100, (item, i) =>
        {
            Require(!string.IsNullOrWhiteSpace(item.Name), "check-name", $"CheckResult.Items: entry {i + 1} has no name.");
            Require(item.Ok || !string.IsNullOrWhiteSpace(item.Message), "check-message", $"CheckResult.Items: '{Short(item.Name)}' failed without a message; say what was found and what to do.");
            return item with { Name = Note(item.Name, 200)!, Message = Note(item.Message, MaxReason) };
        });
        return new CheckResult(items);
    }

    private static bool IsJson(byte[] bytes)
    {
        try
        {
            var reader = new System.Text.Json.Utf8JsonReader(bytes);
            while (reader.Read())
            {
                // Reading to the end is the check.
            }

            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
