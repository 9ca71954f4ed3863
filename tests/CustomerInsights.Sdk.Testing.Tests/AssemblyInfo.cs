// Checks that measure memory and watch for connections see the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
