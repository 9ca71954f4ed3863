using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace CustomerInsights.Emulators.Graph;

/// <summary>How next links are made.</summary>
/// <param name="Server">The server that they name.</param>
/// <param name="Stuck">Whether a link leads to its own page.</param>
internal sealed record NextLink(Uri Server, bool Stuck);

/// <summary>OData options, as far as the emulator knows them; what it does not know it refuses.</summary>
internal static partial class QueryOptions
{
    internal static int Top(EmulatedRequest request, int byDefault, int most) =>
        request.Option("$top") is not { } text ? byDefault
            : int.TryParse(text, CultureInfo.InvariantCulture, out var top) && top >= 1 && top <= most ? top
            : throw new EmulatedException(400, "ErrorInvalidUrlQuery", "The value of $top is not valid.");

    internal static HashSet<string>? Select(EmulatedRequest request) =>
        request.Option("$select")?.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);

    /// <summary>Where a page begins: the token of a link, opaque to who follows it.</summary>
    internal static int Skip(EmulatedRequest request)
    {
        if (request.Option("$skiptoken") is not { } token)
        {
            return 0;
        }

        try
        {
            return int.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(token)), CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            throw new EmulatedException(400, "ErrorInvalidUrlQuery", "The skip token is not one of this service.");
        }
    }

    /// <summary>The range of <c>receivedDateTime</c>.</summary>
    internal static (DateTimeOffset From, DateTimeOffset To) Received(EmulatedRequest request)
    {
        var (from, to) = (DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        var filter = request.Option("$filter");
        if (request.Option("$orderby") is { } order && (filter?.StartsWith(order.Split(' ')[0], StringComparison.Ordinal) != true))
        {
            throw new EmulatedException(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.");
        }

        foreach (var condition in filter?.Split(" and ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
        {
            if (ReceivedCondition().Match(condition) is not { Success: true } match || !DateTimeOffset.TryParse(match.Groups["at"].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                throw new EmulatedException(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.");
            }

            switch (match.Groups["operator"].Value)
            {
                case "ge":
                    from = at;
                    break;
                case "gt":
                    from = at.AddTicks(1);
                    break;
                case "lt":
                    to = at;
                    break;
                default:
                    to = at.AddTicks(1);
                    break;
            }
        }

        return (from, to);
    }

    /// <summary>The conditions on users or groups: one of them has to hold.</summary>
    internal static IReadOnlyList<(string Property, string Value)>? Named(EmulatedRequest request)
    {
        if (request.Option("$filter") is not { } filter)
        {
            return null;
        }

        var conditions = filter.Split(" or ", StringSplitOptions.TrimEntries);
        if (conditions.Length > 15)
        {
            throw new EmulatedException(400, "Request_BadRequest", "Too many child clauses specified in search filter expression containing 'OR' operators. Max allowed: 15.");
        }

        return [.. conditions.Select(condition =>
        {
            if (NamedCondition().Match(condition) is { Success: true } simple)
            {
                return (simple.Groups["property"].Value, simple.Groups["value"].Value.Replace("''", "'", StringComparison.Ordinal));
            }

            if (AnyCondition().Match(condition) is not { Success: true } any)
            {
                throw new EmulatedException(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.");
            }

            // An advanced query of the directory.
            return request.Header("ConsistencyLevel") == "eventual" && request.Option("$count") == "true"
                ? ("proxyAddresses", any.Groups["value"].Value.Replace("''", "'", StringComparison.Ordinal))
                : throw new EmulatedException(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause. $count=true and ConsistencyLevel: eventual are needed.");
        })];
    }

    /// <summary>The address of the next page, as long and as opaque as that of the service.</summary>
    internal static string Next(EmulatedRequest request, NextLink link, int skip)
    {
        var token = link.Stuck ? request.Option("$skiptoken") : Convert.ToBase64String(Encoding.UTF8.GetBytes(skip.ToString(CultureInfo.InvariantCulture)));
        var options = request.Query.Where(pair => pair.Key is not "$skiptoken").ToList();
        if (token is not null)
        {
            options.Add(new("$skiptoken", token));
        }

        return new Uri(link.Server, string.Join('/', request.Path.Split('/').Select(Uri.EscapeDataString)) + "?" + string.Join('&', options.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"))).AbsoluteUri;
    }

    [GeneratedRegex(@"^receivedDateTime (?<operator>ge|gt|le|lt) (?<at>\S+)$", RegexOptions.NonBacktracking)]
    private static partial Regex ReceivedCondition();

    [GeneratedRegex("^(?<property>mail|userPrincipalName) eq '(?<value>.*)'$", RegexOptions.NonBacktracking)]
    private static partial Regex NamedCondition();

    [GeneratedRegex(@"^proxyAddresses/any\(p: ?p eq '(?<value>.*)'\)$", RegexOptions.NonBacktracking)]
    private static partial Regex AnyCondition();
}
