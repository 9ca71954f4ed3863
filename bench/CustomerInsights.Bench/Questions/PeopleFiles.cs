using System.Text;
using CustomerInsights.Core.Columns;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Bench.Questions;

/// <summary>Brings the same people into columns and into CSV files for the peers.</summary>
internal static class PeopleFiles
{
    private const int PartRows = 250_000;

    /// <summary>The columns, and in the folder <c>profiles.csv</c> and a file for each activity type.</summary>
    public static ColumnImage Write(GeneratedPeople people, string folder)
    {
        using var profiles = Open(folder, "profiles");
        var files = GeneratedPeople.Activities.Select(activity => Open(folder, activity.Type)).ToList();
        profiles.WriteLine("profile," + string.Join(',', GeneratedPeople.Attributes.Select(attribute => attribute.Name)));
        for (var i = 0; i < files.Count; i++)
        {
            files[i].WriteLine("profile,id,at," + string.Join(',', GeneratedPeople.Activities[i].Fields.Select(field => field.Name)));
        }

        var parts = new List<LivePart>();
        for (var first = 0; first < people.Count; first += PartRows)
        {
            var builder = new ColumnPartBuilder(new ColumnSchema(GeneratedPeople.Schema.Attributes, GeneratedPeople.Schema.Activities));
            for (var i = first; i < Math.Min(first + PartRows, people.Count); i++)
            {
                var person = people.At(i);
                Add(builder, person);
                profiles.WriteLine(Line(person.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), person.Values));
                foreach (var act in person.Activities)
                {
                    files[act.Type].WriteLine(Line($"{person.Number},{act.Id},{Value.Of(act.At)}", act.Fields));
                }
            }

            parts.Add(new LivePart(builder.Build(), null));
        }

        files.ForEach(file => file.Dispose());
        return new ColumnImage("customer", parts, 0);
    }

    private static void Add(ColumnPartBuilder builder, GeneratedPeople.Person person) => builder.Add(
        person.Number,
        person.Id,
        name => person.Values[Place(GeneratedPeople.Attributes, name)],
        person.Activities.Select(act => new ColumnActivity(
            GeneratedPeople.Activities[act.Type].Type, act.Id, act.At, name => act.Fields[Place(GeneratedPeople.Activities[act.Type].Fields, name)])));

    private static int Place(IReadOnlyList<(string Name, DataType Type)> list, string name)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException(name, nameof(name));
    }

    private static StreamWriter Open(string folder, string name) => new(Path.Combine(folder, name + ".csv"), false, new UTF8Encoding(false), 1 << 20);

    private static string Line(string start, Value[] values)
    {
        var line = new StringBuilder(start);
        foreach (var value in values)
        {
            line.Append(',').Append(value);
        }

        return line.ToString();
    }
}
