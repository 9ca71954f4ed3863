using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>The order in which profile types are unified: owners before what belongs to them, otherwise by name.</summary>
internal static class UnificationOrder
{
    public static IReadOnlyList<string> Of(InsightsModel model)
    {
        var order = new List<string>();
        var waiting = model.UnificationNames.Order(StringComparer.Ordinal).ToList();
        while (waiting.Count > 0)
        {
            // A circle was refused with the definition; should there be one, the first by name goes first.
            var next = waiting.Find(type => !model.Links.Any(link => link.From == type && link.To != type && waiting.Contains(link.To, StringComparer.Ordinal))) ?? waiting[0];
            waiting.Remove(next);
            order.Add(next);
        }

        return order;
    }
}
