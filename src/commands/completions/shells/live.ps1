# Live completion of s3seal for PowerShell: s3seal completions powershell --live | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName s3seal -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $OutputEncoding = [System.Text.UTF8Encoding]::new($false)
    # Only what is typed: nothing of the line is evaluated.
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    $words = @($elements | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst] -or
            $_ -is [System.Management.Automation.Language.ExpandableStringExpressionAst]) { $_.Value } else { $_.Extent.Text }
    })
    if ($elements.Count -gt 0 -and $elements[-1].Extent.EndOffset -lt $cursorPosition) { $words += '' }
    # The line goes through a pipe: it may hold a key, and other users can see arguments.
    $line = (@($words | ForEach-Object { "$_`0" }) -join '')
    $line | & @PROGRAM@ completions powershell --candidates 2>$null | ForEach-Object {
        $text, $shown, $help = $_.Split("`t")
        [System.Management.Automation.CompletionResult]::new($text, $shown, 'ParameterValue', $help)
    }
}
