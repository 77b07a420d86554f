package config

import "fmt"

// Table is the report for a terminal: a header, then a line for each row followed by a line for each of its terms.
// Every line has the columns what, seconds, objective, verdict, kind, source.
func (r Report) Table() [][]string {
	lines := [][]string{{"what", "worst case", "objective", "verdict", "kind", "source"}}
	for _, row := range r.Rows {
		objective, verdict := "", "information"
		if row.Objective != nil {
			objective = fmt.Sprintf("%gs", *row.Objective)
			verdict = "MISSED"
			if row.Met {
				verdict = "met"
			}
		}
		lines = append(lines, []string{
			fmt.Sprintf("%s, %s Region, %s", row.Measure, row.Failure, row.Subject), fmt.Sprintf("%gs", row.Seconds), objective, verdict, "", row.Note,
		})
		for _, term := range row.Terms {
			lines = append(lines, []string{"  " + term.Name, fmt.Sprintf("%gs", term.Seconds), "", "", string(term.Kind), term.Source})
		}
	}
	return lines
}
