package resources

import (
	"fmt"

	"github.com/zclconf/go-cty/cty"

	"github.com/paymentdr/paymentdr/internal/awsshape"
	"github.com/paymentdr/paymentdr/internal/localcloud/apply"
)

// account is the one account of the local cloud.
const account = awsshape.Account

// refuse is an error if one of the arguments is written: a drill in which it is silently ignored would prove something else.
func refuse(from object, names ...string) error {
	for _, name := range names {
		value := from.get(name)
		if from.set(name) && !(value.Type() == cty.Bool && value.False()) {
			return fmt.Errorf("%s is not modelled here", name)
		}
	}
	return nil
}

// unchangeable is an error if an update changes one of the arguments, which no service here can change.
func unchangeable(r apply.Resource, full attributes, names ...string) error {
	if found := changed(object{r.Prior}, full.object, names...); len(found) > 0 {
		return fmt.Errorf("a change of %s cannot be made here: take the local cloud down and up again", quoted(found))
	}
	return nil
}
