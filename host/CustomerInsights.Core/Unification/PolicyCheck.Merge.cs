using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <content>How attributes are chosen.</content>
internal sealed partial class PolicyCheck
{
    public void Merge()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var a = 0; a < policy.Merge.Attributes.Count; a++)
        {
            var attribute = policy.Merge.Attributes[a];
            var path = $"/merge/attributes/{a}";
            AttributeName($"{path}/name", attribute.Name, names);
            for (var s = 0; s < attribute.Sources.Count; s++)
            {
                var source = attribute.Sources[s];
                if (Included($"{path}/sources/{s}/stream", source.Stream))
                {
                    FieldExists($"{path}/sources/{s}/field", source.Stream, source.Field);
                    MergeRecency($"{path}/sources/{s}/recencyField", attribute.Kind, source.RecencyField, source.Stream);
                }
            }
        }

        for (var g = 0; g < policy.Merge.Groups.Count; g++)
        {
            Group($"/merge/groups/{g}", policy.Merge.Groups[g], names);
        }
    }

    private void Group(string path, AttributeGroup group, HashSet<string> names)
    {
        if (group.Attributes.Count is 0 or > PolicyValidator.MaxGroupAttributes)
        {
            Error($"{path}/attributes", $"The group has {group.Attributes.Count} attributes; 1 to {PolicyValidator.MaxGroupAttributes} are possible.", "Split the group.");
        }

        if (group.Sources.Count is 0 or > PolicyValidator.MaxGroupSources)
        {
            Error($"{path}/sources", $"The group has {group.Sources.Count} sources; 1 to {PolicyValidator.MaxGroupSources} are possible.", "Leave out the weakest.");
        }

        for (var a = 0; a < group.Attributes.Count; a++)
        {
            AttributeName($"{path}/attributes/{a}", group.Attributes[a], names);
        }

        for (var s = 0; s < group.Sources.Count; s++)
        {
            var source = group.Sources[s];
            if (!Included($"{path}/sources/{s}/stream", source.Stream))
            {
                continue;
            }

            if (source.Fields.Count != group.Attributes.Count)
            {
                Error($"{path}/sources/{s}/fields", $"{source.Fields.Count} fields for {group.Attributes.Count} attributes.", "Give one for each, null where there is none.");
            }

            for (var f = 0; f < source.Fields.Count; f++)
            {
                if (source.Fields[f] is { } field)
                {
                    FieldExists($"{path}/sources/{s}/fields/{f}", source.Stream, field);
                }
            }

            MergeRecency($"{path}/sources/{s}/recencyField", group.Kind, source.RecencyField, source.Stream);
        }
    }

    private void MergeRecency(string path, MergeKind kind, string? field, string stream)
    {
        if (kind != MergeKind.Importance)
        {
            Recency(path, field, stream, kind.ToString());
        }
    }

    private void AttributeName(string path, string name, HashSet<string> names)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            Error(path, "The attribute has no name.", "Name it.");
        }
        else if (!names.Add(name))
        {
            Error(path, $"Two attributes are called '{name}'.", "Combine them, or rename one.");
        }
    }
}
