using System.Globalization;
using System.Text;

namespace CustomerInsights.Sdk.Testing.Fixtures;

/// <summary>Lays the files of a fixture into the granted folder. Their times are fixed: those of the beginning are older than those of a later state.</summary>
internal static class FixtureFiles
{
    private static readonly DateTime Beginning = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private static readonly DateTime Later = Beginning.AddDays(1);

    internal static void LayOut(string target, SourceState first, SourceState? later, string testFolder)
    {
        foreach (var entry in new DirectoryInfo(target).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        Put(target, first, testFolder, Beginning);
        if (later is null)
        {
            return;
        }

        foreach (var name in later.Remove.SelectMany(name => name == "*" ? Directory.GetFileSystemEntries(target) : [Path.Combine(target, name)]))
        {
            if (Directory.Exists(name))
            {
                Directory.Delete(name, recursive: true);
            }
            else
            {
                File.Delete(name);
            }
        }

        Put(target, later, testFolder, Later);
    }

    private static void Put(string target, SourceState state, string testFolder, DateTime time)
    {
        if (state.Files is { } name)
        {
            var source = Path.Combine(testFolder, name);
            if (!Directory.Exists(source))
            {
                throw new ConformanceException($"The test file names the folder '{name}', and there is none at {source}.");
            }

            foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            {
                var copy = Make(target, Path.GetRelativePath(source, file));
                File.Copy(file, copy, overwrite: true);
                File.SetLastWriteTimeUtc(copy, time);
            }
        }

        foreach (var made in state.Generate)
        {
            var file = Make(target, made.Path);
            using (var text = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                text.Write(made.Head);
                for (var n = 1; n <= made.Rows; n++)
                {
                    text.Write(made.Row.Replace("{n}", n.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                }

                text.Write(made.Tail);
            }

            File.SetLastWriteTimeUtc(file, time);
        }
    }

    private static string Make(string target, string name)
    {
        var path = Path.Combine(target, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
